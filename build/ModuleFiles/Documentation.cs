using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace TenantEncryption.ModuleFiles;

/// <summary>The documentation file that the compiler writes.</summary>
internal sealed partial class Documentation(string path)
{
    private readonly Dictionary<string, XElement> _members = XDocument.Load(path, LoadOptions.PreserveWhitespace).Descendants("member")
        .ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal);

    /// <summary>A text of a cmdlet, which must have it.</summary>
    public string Of(Cmdlet cmdlet, string element) => Required(Text(Member(cmdlet)?.Element(element)), cmdlet, element);

    /// <summary>The summary of the property that declares a parameter, which must have one.</summary>
    public string Of(Cmdlet cmdlet, CmdletParameter parameter) => Required(
        Text(_members.GetValueOrDefault($"P:{parameter.Property!.DeclaringType!.FullName}.{parameter.Name}")?.Element("summary")), cmdlet, $"summary of -{parameter.Name}");

    /// <summary>The first sentence of that.</summary>
    public string FirstSentenceOf(Cmdlet cmdlet, CmdletParameter parameter) => FirstSentence().Match(Of(cmdlet, parameter)).Value;

    /// <summary>The examples of a cmdlet, which must have one: the command as it is written, and what is said about it.</summary>
    public IReadOnlyList<(string Code, string Remark)> Examples(Cmdlet cmdlet)
    {
        (string, string)[] examples =
        [
            .. Member(cmdlet)?.Elements("example")
                .Select(example => (Required(example.Element("code")?.Value.Trim() ?? "", cmdlet, "code of an example"), Text(example.Element("para")))) ?? [],
        ];
        return examples.Length > 0 ? examples : throw Missing(cmdlet, "example");
    }

    private XElement? Member(Cmdlet cmdlet) => _members.GetValueOrDefault($"T:{cmdlet.Type.FullName}");

    private static string Required(string text, Cmdlet cmdlet, string what) => text.Length > 0 ? text : throw Missing(cmdlet, what);

    private static SourceException Missing(Cmdlet cmdlet, string what) => new(cmdlet.Type.Name + ".cs", $"{cmdlet.Name} has no {what} in its documentation.");

    private static string Text(XElement? element) => element is null ? "" : Space().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    // A reference is the last part of its name.
    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "paramref" } reference =>
            Qualifier().Replace((string?)(reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name")) ?? "", ""),
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    // A parameter may begin a sentence, as -Force does.
    [GeneratedRegex(@"^.*?[.!?](?= [A-Z-]|$)")]
    private static partial Regex FirstSentence();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^\w:.*\.")]
    private static partial Regex Qualifier();
}
