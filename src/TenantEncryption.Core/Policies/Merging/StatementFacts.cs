using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Merging;

/// <summary>
/// What a statement says, one text for each thing, so that statements can be compared by what they mean: the order of lists, a list of one
/// and the case of actions, operators and condition keys say nothing, and an account is its root.
/// </summary>
internal static class StatementFacts
{
    public static IReadOnlySet<string> Of(JToken statement) =>
        statement is JObject json ? json.Properties().SelectMany(OfElement).ToHashSet(StringComparer.Ordinal) : new HashSet<string> { statement.ToString(Formatting.None) };

    /// <summary>Whether two policies mean the same, statement by statement.</summary>
    public static bool SamePolicy(JObject left, JObject right) =>
        (string?)left["Version"] == (string?)right["Version"]
        && Statements(left).SequenceEqual(Statements(right), HashSet<string>.CreateSetComparer());

    /// <summary>A principal as comparisons take it: an account's twelve digits are its root.</summary>
    public static string Principal(string name) =>
        PrincipalElement.IsAccountId(name) ? $"account {name}"
        : name.Split(':') is ["arn", _, "iam", "", var account, "root"] ? $"account {account}"
        : name;

    private static IEnumerable<HashSet<string>> Statements(JObject policy) => policy["Statement"] switch
    {
        JArray list => list.Select(statement => (HashSet<string>)Of(statement)),
        { } single => [(HashSet<string>)Of(single)],
        null => [],
    };

    private static IEnumerable<string> OfElement(JProperty element) => element.Name switch
    {
        "Principal" or "NotPrincipal" => element.Value is JObject kinds
            ? kinds.Properties().SelectMany(kind => Texts(kind.Value).Select(name => $"{element.Name} {(kind.Name == "AWS" ? Principal(name) : $"{kind.Name} {name}")}"))
            : Texts(element.Value).Select(name => $"{element.Name} {name}"),
        "Action" or "NotAction" => Texts(element.Value).Select(name => $"{element.Name} {Cased(name)}"),
        "Condition" when element.Value is JObject operators => operators.Properties().SelectMany(OfOperator),
        _ => Texts(element.Value).Select(text => $"{element.Name} {text}"),
    };

    private static IEnumerable<string> OfOperator(JProperty entry) => entry.Value is JObject keys
        ? keys.Properties().SelectMany(key => Texts(key.Value).Select(value => $"Condition {Lower(entry.Name)} {Lower(key.Name)} {value}"))
        : [entry.ToString(Formatting.None)];

    private static IEnumerable<string> Texts(JToken value) => value switch
    {
        JArray list => list.SelectMany(Texts),
        JValue { Type: JTokenType.String } text => [(string)text!],
        JValue { Type: JTokenType.Boolean } flag => [(bool)flag ? "true" : "false"],
        _ => [value.ToString(Formatting.None)],
    };

    private static string Cased(string action) =>
        Access.KmsActions.All.FirstOrDefault(known => known.Equals(action, StringComparison.OrdinalIgnoreCase)) ?? action;

    private static string Lower(string name) => name.ToLowerInvariant();
}
