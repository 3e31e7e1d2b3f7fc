using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// What a statement says, one text for each thing, so that statements can be compared by what they mean: the order of lists, a list of one
/// and the case of actions, operators and condition keys say nothing, and an account is its root. Each meaning has the words that say it.
/// </summary>
internal static class StatementFacts
{
    /// <summary>The words of each meaning.</summary>
    public static IReadOnlyDictionary<string, string> Of(JToken statement)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string meaning, string words) in statement is JObject json ? json.Properties().SelectMany(OfElement) : [Plain(statement.ToString(Formatting.None))])
        {
            facts.TryAdd(meaning, words);
        }

        return facts;
    }

    /// <summary>The words of what one statement says and another does not.</summary>
    public static IReadOnlyList<string> Except(IReadOnlyDictionary<string, string> facts, IReadOnlyDictionary<string, string> others) =>
        facts.Where(fact => !others.ContainsKey(fact.Key)).Select(fact => fact.Value).ToArray();

    /// <summary>A principal as comparisons take it: an account's twelve digits are its root.</summary>
    public static string Principal(string name) =>
        PrincipalElement.IsAccountId(name) ? $"account {name}"
        : name.Split(':') is ["arn", _, "iam", "", var account, "root"] ? $"account {account}"
        : name;

    private static IEnumerable<(string Meaning, string Words)> OfElement(JProperty element) => element.Name switch
    {
        "Principal" or "NotPrincipal" => OfPrincipal(element),
        "Action" or "NotAction" => Texts(element.Value).Select(name => (Lower($"{element.Name} {name}"), $"{element.Name} {name}")),
        "Condition" when element.Value is JObject operators => operators.Properties().SelectMany(OfOperator),
        _ => Texts(element.Value).Select(text => Plain($"{element.Name} {text}")),
    };

    private static IEnumerable<(string Meaning, string Words)> OfPrincipal(JProperty element) => element.Value is JObject kinds
        ? kinds.Properties().SelectMany(kind => Texts(kind.Value).Select(
            name => ($"{element.Name} {kind.Name} {Principal(name)}", kind.Name == "AWS" ? $"{element.Name} {name}" : $"{element.Name} {kind.Name} {name}")))
        : Texts(element.Value).Select(name => Plain($"{element.Name} {name}"));

    private static IEnumerable<(string Meaning, string Words)> OfOperator(JProperty entry) => entry.Value is JObject keys
        ? keys.Properties().SelectMany(key => Texts(key.Value).Select(
            value => ($"Condition {Lower(entry.Name)} {Lower(key.Name)} {value}", $"Condition {entry.Name} {key.Name} {value}")))
        : [Plain(entry.ToString(Formatting.None))];

    private static (string Meaning, string Words) Plain(string text) => (text, text);

    private static IEnumerable<string> Texts(JToken value) => value switch
    {
        JArray list => list.SelectMany(Texts),
        JValue { Type: JTokenType.String } text => [(string)text!],
        JValue { Type: JTokenType.Boolean } flag => [(bool)flag ? "true" : "false"],
        _ => [value.ToString(Formatting.None)],
    };

    private static string Lower(string name) => name.ToLowerInvariant();
}
