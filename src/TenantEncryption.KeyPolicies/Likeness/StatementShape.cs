using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Merging;

namespace TenantEncryption.Policies.Likeness;

/// <summary>What a statement is about, read as a person reads it, so that a malformed one has a shape as well.</summary>
internal sealed class StatementShape
{
    private const string ActionPrefix = "kms:";

    private StatementShape(JObject json)
    {
        Sid = json.GetValue(nameof(Sid), StringComparison.OrdinalIgnoreCase) is JValue { Type: JTokenType.String } sid ? (string?)sid : null;
        IsDeny = json["Effect"] is JValue { Value: "Deny" };
        foreach (JProperty element in json.Properties())
        {
            switch (element.Name.ToUpperInvariant().TrimEnd('S'))
            {
                case "PRINCIPAL" or "NOTPRINCIPAL":
                    Principals = [.. Leaves(element.Value)];
                    break;
                case "ACTION":
                    Actions = Expand(element.Value);
                    break;
                case "NOTACTION":
                    Actions = [.. KmsActions.All.Except(Expand(element.Value), StringComparer.OrdinalIgnoreCase)];
                    break;
                case "CONDITION":
                    ConditionKeys = [.. Keys(element.Value)];
                    break;
            }
        }
    }

    public string? Sid { get; }

    public bool IsDeny { get; }

    public IReadOnlyList<string> Principals { get; } = [];

    public IReadOnlyCollection<string> Actions { get; } = [];

    public IReadOnlyList<string> ConditionKeys { get; } = [];

    public static StatementShape Of(JObject json) => new(json);

    /// <summary>
    /// How like the platform's statement this one is, from 0 to 3: a third each for its principals, its actions and the keys of its conditions.
    /// </summary>
    public double LikenessTo(StatementShape platform) => PrincipalsLike(platform) + ActionsLike(platform) + ConditionsLike(platform);

    /// <summary>The share of the platform's principals that are named, or nearly.</summary>
    public double PrincipalsLike(StatementShape platform) => platform.Principals.Count == 0 ? 0 : platform.Principals.Average(
        wanted => Principals.Any(name => StatementFacts.Principal(name) == StatementFacts.Principal(wanted)) ? 1
            : Principals.Any(name => PrincipalLikeness.Distance(name, wanted) is not null || PrincipalLikeness.IsAccountOf(name, wanted)) ? 0.9
            : Principals.Contains("*") ? 0.5 : 0);

    private double ActionsLike(StatementShape platform)
    {
        int common = Actions.Intersect(platform.Actions, StringComparer.OrdinalIgnoreCase).Count();
        int all = Actions.Union(platform.Actions, StringComparer.OrdinalIgnoreCase).Count();
        return all == 0 ? 0 : (double)common / all;
    }

    private double ConditionsLike(StatementShape platform) =>
        platform.ConditionKeys.Count > 0 ? platform.ConditionKeys.Average(wanted => ConditionKeys.Any(key => ConditionKeyLikeness.IsMeantAs(key, wanted)) ? 1.0 : 0)
        : ConditionKeys.Count == 0 ? 0.5 : 0;

    private static string[] Expand(JToken value) =>
    [
        .. Leaves(value).Select(VisibleText.Meant)
            .Select(action => action.Contains(':', StringComparison.Ordinal) || action == "*" ? action : ActionPrefix + action)
            .SelectMany(KmsActions.Expand)
            .Select(action => KmsActions.All.Contains(action) ? action : TextDistance.Nearest(action, KmsActions.All) ?? action)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static IEnumerable<string> Leaves(JToken value) => value is JContainer container
        ? container.Descendants().OfType<JValue>().Where(leaf => leaf.Type == JTokenType.String).Select(leaf => (string)leaf!)
        : value.Type == JTokenType.String ? [(string)value!] : [];

    // Where the operator was forgotten, the keys stand in its place.
    private static IEnumerable<string> Keys(JToken condition) => condition is JObject operators
        ? operators.Properties().SelectMany(entry => entry.Name.Contains("kms", StringComparison.OrdinalIgnoreCase) || entry.Value is not JObject keys
            ? [entry.Name]
            : keys.Properties().Select(key => key.Name))
        : [];
}
