using System.Text.RegularExpressions;

namespace TenantEncryption.ModuleFiles.Views;

/// <summary>
/// A column of a table. It has a width, or takes the rest of the line, so that rows appear as they come: PowerShell holds rows back where it has to measure
/// them. What is longer than its column goes on in the next line, never cut. Of a value with a type of its own the rule knows the width. Numbers are on the right.
/// </summary>
internal sealed partial record Column(string Name, string Label, string? Script, bool IsRight, int? Width)
{
    // 'yyyy-MM-dd HH:mm:ss', '00:00:00.000' and 'False'.
    private const int TimeWidth = 19;
    private const int DurationWidth = 12;
    private const int FlagWidth = 5;

    public static Column Read(ViewSource source, View view, Type type, string text)
    {
        Match match = Form().Match(text);
        if (!match.Success)
        {
            throw new SourceException("Views.json", $"'{text}' of {view.Type} is no column.");
        }

        string name = match.Groups["name"].Value;
        string label = match.Groups["label"] is { Success: true } title ? title.Value : name;
        string? script = source.Scripts.GetValueOrDefault(name);
        Type? property = script is null ? view.TypeOf(type, name) : null;
        PropertyKind kind = property is not null ? PropertyKinds.Of(property) : name.EndsWith("Count", StringComparison.Ordinal) ? PropertyKind.Number : PropertyKind.Text;
        string? width = kind switch
        {
            PropertyKind.Time => $"{TimeWidth}",
            PropertyKind.Duration => $"{DurationWidth}",
            PropertyKind.Flag => $"{FlagWidth}",
            PropertyKind.Enum => $"{Enum.GetNames(Nullable.GetUnderlyingType(property!) ?? property!).Max(one => one.Length)}",
            _ => match.Groups["width"] is { Success: true } given ? given.Value : throw new SourceException("Views.json", $"{type.Name}.{name} needs a width."),
        };
        return new Column(
            name,
            label,
            script ?? StateColours.Script(name) ?? PropertyKinds.ColumnScript(kind, name),
            kind is PropertyKind.Number or PropertyKind.Duration,
            width == "*" ? null : Math.Max(int.Parse(width), label.Length));
    }

    /// <summary>The property that a column shows, or from which its script starts.</summary>
    public static string ShownProperty(ViewSource source, string text)
    {
        string name = Form().Match(text).Groups["name"].Value;
        return source.Scripts.TryGetValue(name, out string? script) ? FirstProperty().Match(script).Groups[1].Value : name;
    }

    [GeneratedRegex(@"^(?:(?<label>\w+):)?(?<name>\w+)(?:=(?<width>\d+|\*))?$")]
    private static partial Regex Form();

    [GeneratedRegex(@"\$_\.(\w+)")]
    private static partial Regex FirstProperty();
}
