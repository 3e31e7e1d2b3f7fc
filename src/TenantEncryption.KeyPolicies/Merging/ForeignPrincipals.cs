using Newtonsoft.Json.Linq;

namespace TenantEncryption.Policies.Merging;

/// <summary>Principals in a platform's statement whom the platform does not name. Somebody put them there, and they keep what they have.</summary>
internal static class ForeignPrincipals
{
    private const string PrincipalName = "Principal";
    private const string SidName = "Sid";

    /// <summary>Those of a live statement, by their kind.</summary>
    /// <param name="live">The statement.</param>
    /// <param name="rendered">What the platform needs.</param>
    public static IReadOnlyList<(string Kind, string Name)> Of(JObject live, JObject rendered)
    {
        var own = Names(rendered).Select(Meaning).ToHashSet();
        return [.. Names(live).Where(one => one.Name != "*" && !PrincipalSyntax.IsUniqueId(one.Name) && !own.Contains(Meaning(one)))];
    }

    /// <summary>
    /// What a live statement gave them, as a statement of their own; <see langword="null"/> where the updated one takes nothing from them, so that they
    /// can stay in it.
    /// </summary>
    /// <param name="live">The statement.</param>
    /// <param name="updated">What it becomes.</param>
    /// <param name="foreign">Those whom the platform does not name.</param>
    /// <param name="isOwnList">Whether the platform's principals are the user's own: then others in the list are its users as well, for whom its condition is meant.</param>
    public static JObject? Apart(JObject live, JObject updated, IReadOnlyList<(string Kind, string Name)> foreign, bool isOwnList)
    {
        if (foreign.Count == 0 || !Takes(live, updated, isOwnList))
        {
            return null;
        }

        var apart = (JObject)live.DeepClone();
        apart[SidName] = $"Kept for others from {(string?)live[SidName]}";
        apart[PrincipalName] = Principals(foreign);
        return apart;
    }

    /// <summary>The principals of a statement as JSON.</summary>
    public static JObject Principals(IEnumerable<(string Kind, string Name)> names) => new(names
        .GroupBy(one => one.Kind, one => one.Name, StringComparer.Ordinal)
        .Select(kind => new JProperty(kind.Key, kind.Count() == 1 ? new JValue(kind.First()) : new JArray(kind.Distinct(StringComparer.Ordinal)))));

    // Less than before has who loses an action, the key, or the freedom from a condition; values that a condition lists beside others give only more.
    private static bool Takes(JObject live, JObject updated, bool conditionsAreMeant)
    {
        IReadOnlyList<string> before = Meanings(live), after = Meanings(updated);
        HashSet<string> conditions = [.. Conditions(live)];
        return before.Except(after).Any(fact => !fact.StartsWith("Condition ", StringComparison.Ordinal))
            || (!conditionsAreMeant && Conditions(updated).Any(condition => !conditions.Contains(condition)));
    }

    private static string[] Meanings(JObject statement) =>
    [
        .. StatementFacts.Of(statement).Keys.Where(
            fact => !fact.StartsWith(SidName, StringComparison.Ordinal)
                && !fact.StartsWith(PrincipalName, StringComparison.Ordinal)
                && !fact.StartsWith("NotPrincipal", StringComparison.Ordinal)),
    ];

    private static IEnumerable<string> Conditions(JObject statement) => statement["Condition"] is JObject operators
        ? operators.Properties().SelectMany(entry => entry.Value is JObject keys ? keys.Properties().Select(key => $"{entry.Name} {key.Name}".ToUpperInvariant()) : [])
        : [];

    private static IEnumerable<(string Kind, string Name)> Names(JObject statement) => statement[PrincipalName] is JObject kinds
        ? kinds.Properties().SelectMany(kind => (kind.Value is JArray list ? list : (IEnumerable<JToken>)[kind.Value]).Select(name => (kind.Name, (string)name!)))
        : [];

    private static (string Kind, string Name) Meaning((string Kind, string Name) one) => (one.Kind, StatementFacts.Principal(one.Name));
}
