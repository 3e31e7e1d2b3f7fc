using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Templates;

/// <summary>The placeholders in the texts of a template: <c>{{Name}}</c>.</summary>
internal static partial class Placeholder
{
    /// <summary>The name, where a text is one placeholder and nothing else.</summary>
    public static string? Alone(string text) =>
        Pattern().Match(text) is { Success: true } match && match.Length == text.Length ? match.Groups[1].Value : null;

    /// <summary>The names in all texts of a template, each once, in their order.</summary>
    public static IEnumerable<string> NamesIn(JToken template) =>
        (template is JContainer container ? container.DescendantsAndSelf() : [template])
            .OfType<JValue>()
            .Where(value => value.Type == JTokenType.String)
            .SelectMany(value => Pattern().Matches((string)value!).Select(match => match.Groups[1].Value))
            .Distinct(StringComparer.Ordinal);

    /// <summary>Puts values into a text.</summary>
    public static string Replace(string text, Func<string, string> value) => Pattern().Replace(text, match => value(match.Groups[1].Value));

    /// <summary>The text as alternating literals and names: literal, name, literal, …, literal.</summary>
    public static string[] Split(string text) => Pattern().Split(text);

    [GeneratedRegex(@"\{\{([A-Za-z][A-Za-z0-9]*)\}\}")]
    private static partial Regex Pattern();
}
