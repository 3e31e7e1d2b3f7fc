using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Templates;

/// <summary>
/// Compares a statement with a template. As KMS does, it takes a list of one for its only entry, and the order of a list for none.
/// </summary>
internal sealed class StatementMatch
{
    private readonly Dictionary<string, IReadOnlyList<string>> _values = new(StringComparer.Ordinal);

    private StatementMatch()
    {
    }

    /// <summary>The values of the placeholders.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values => _values;

    /// <summary>The first difference, as the rest of a sentence; <see langword="null"/> where the statement fits.</summary>
    public string? Difference { get; private set; }

    /// <summary>How many texts fitted before the first difference.</summary>
    public int Depth { get; private set; }

    public static StatementMatch Of(JObject template, JObject statement)
    {
        var match = new StatementMatch();
        match.Compare(template, statement, default, "");
        return match;
    }

    private bool Compare(JToken template, JToken actual, TemplatePlace place, string path)
    {
        if (template is JObject wanted)
        {
            return actual is JObject given ? CompareObjects(wanted, given, place, path) : Differ($"{path} is not an object");
        }

        List<JToken> templates = template is JArray array ? [.. array] : [template];
        List<JToken> left = actual is JArray list ? [.. list] : [actual];
        foreach (JToken item in templates.Where(item => Placeholder.Alone((string)item!) is null))
        {
            int at = left.FindIndex(candidate => candidate.Type == JTokenType.String && Captures((string)item!, (string)candidate!, place) is not null);
            if (at < 0)
            {
                return Differ($"{path} lacks '{item}'{(left.Count == 0 ? "" : $" and has {string.Join(", ", left.Select(one => $"'{one}'"))}")}");
            }

            if (!Keep(Captures((string)item!, (string)left[at]!, place)!, path))
            {
                return false;
            }

            left.RemoveAt(at);
            Depth++;
        }

        string? name = templates.Select(item => Placeholder.Alone((string)item!)).OfType<string>().FirstOrDefault();
        if (name is null)
        {
            return left.Count == 0 || Differ($"{path} also has {string.Join(", ", left.Select(one => $"'{one}'"))}");
        }

        string?[] values = [.. left.Select(one => one.Type == JTokenType.String ? Plain((string)one!, place) : null)];
        return values.Length > 0 && values.All(value => value is not null)
            ? Keep(new Dictionary<string, IReadOnlyList<string>> { [name] = values! }, path)
            : Differ($"{path} has no plain value");
    }

    private bool CompareObjects(JObject wanted, JObject given, TemplatePlace place, string path)
    {
        foreach (JProperty property in wanted.Properties())
        {
            string inner = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (given[property.Name] is not { } value)
            {
                string has = string.Join(", ", given.Properties().Select(one => one.Name));
                return Differ($"{(path.Length == 0 ? "it" : path)} lacks {property.Name}{(has.Length == 0 ? "" : $" and has {has}")}");
            }

            if (!Compare(property.Value, value, place.Below(property.Name), inner))
            {
                return false;
            }
        }

        string? extra = given.Properties().Select(property => property.Name).FirstOrDefault(name => !wanted.ContainsKey(name));
        return extra is null || Differ($"{(path.Length == 0 ? "it" : path)} also has {extra}");
    }

    private bool Keep(Dictionary<string, IReadOnlyList<string>> found, string path)
    {
        foreach ((string name, IReadOnlyList<string> values) in found)
        {
            if (_values.TryGetValue(name, out IReadOnlyList<string>? known) && !known.SequenceEqual(values))
            {
                return Differ($"{path} has '{values[0]}' where '{known[0]}' stood before");
            }

            _values[name] = values;
        }

        return true;
    }

    /// <summary>The values of the placeholders in a text, or <see langword="null"/> where it does not fit.</summary>
    private static Dictionary<string, IReadOnlyList<string>>? Captures(string template, string actual, TemplatePlace place)
    {
        string[] parts = Placeholder.Split(template);
        string pattern = string.Concat(parts.Select((part, i) => i % 2 == 0 ? Regex.Escape(part) : $"(?<{part}>.+?)"));
        RegexOptions options = place.Element == "Action" ? RegexOptions.IgnoreCase : RegexOptions.None;
        Match match = Regex.Match(actual, $@"\A{pattern}\z", options | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success
            ? parts.Where((_, i) => i % 2 == 1).Distinct().ToDictionary(
                name => name, name => (IReadOnlyList<string>)[Plain(match.Groups[name].Value, place) ?? match.Groups[name].Value])
            : null;
    }

    private static string? Plain(string value, TemplatePlace place) => place.IsCondition
        ? PolicyVariables.Literal(value, ConditionOperator.Parse(place.Kind!)?.TakesPatterns ?? false)
        : value;

    private bool Differ(string difference)
    {
        Difference ??= difference;
        return false;
    }
}
