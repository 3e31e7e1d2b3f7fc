using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>Conditions of the platform's statement that its own requests don't meet.</summary>
internal static class ConditionFaults
{
    public static IEnumerable<Fault> Of(StatementComparison comparison)
    {
        foreach (Condition condition in comparison.Live.Conditions)
        {
            AccessOutcome[] refused = [.. comparison.Outcomes.Where(outcome => !condition.IsMet(comparison.RequestOf(outcome).Context))];
            if (refused.Length > 0)
            {
                yield return OfCondition(comparison, condition, refused);
            }
        }
    }

    /// <summary>The edits that make the conditions of a statement those of the platform's; the tenants that it lists stay.</summary>
    public static IEnumerable<PolicyEdit> AsPlatform(StatementComparison comparison)
    {
        foreach (Condition needed in comparison.Needed.Conditions)
        {
            Condition[] meant = [.. comparison.Live.Conditions.Where(condition => IsMeantAs(comparison, condition, needed))];
            foreach (Condition condition in meant.Where(condition => !IsSame(condition, needed)))
            {
                yield return PolicyEdit.Remove(PlaceOf(comparison, condition));
            }

            yield return SetNeeded(comparison, needed, meant);
        }
    }

    private static Fault OfCondition(StatementComparison comparison, Condition condition, AccessOutcome[] refused)
    {
        Condition? needed = comparison.Needed.Conditions.FirstOrDefault(one => IsMeantAs(comparison, condition, one));
        bool isContext = needed is not null && needed.Key.Equals(comparison.Subject.ContextConditionKey, StringComparison.OrdinalIgnoreCase);
        Fault fault = needed is null ? Extra(comparison, condition, refused)
            : !condition.Key.Equals(needed.Key, StringComparison.OrdinalIgnoreCase) ? Misnamed(comparison, condition, needed, isContext)
            : TakesValues(condition) ? WrongValue(comparison, condition, needed, isContext)
            : WrongOperator(comparison, condition, needed);
        return fault with { Statement = comparison.Live, Element = ["Condition", condition.Operator.Name, condition.Key], Outcomes = refused };
    }

    private static Fault Misnamed(StatementComparison comparison, Condition condition, Condition needed, bool isContext) => new()
    {
        Code = isContext ? PolicyFindingCodes.WrongContextKey : PolicyFindingCodes.ConditionNotMet,
        Observed = $"The condition of {comparison.Live} is on {VisibleText.Of(condition.Key)}; "
            + (isContext ? $"the platform's encryption context has {comparison.Subject.Platform.ContextKey}, whose condition key is {needed.Key}." : $"the condition key is {needed.Key}."),
        Edits = [PolicyEdit.Remove(PlaceOf(comparison, condition)), SetNeeded(comparison, needed, [condition, .. comparison.Live.Conditions.Where(one => IsSame(one, needed))])],
    };

    private static Fault WrongOperator(StatementComparison comparison, Condition condition, Condition needed) => new()
    {
        Code = PolicyFindingCodes.ConditionNotMet,
        Observed = $"{comparison.Live} tests {condition.Key} with {condition.Operator.Name}, which "
            + (condition.Operator.Negated ? "refuses just the values that it lists" : "is not for such a value") + $"; the platform's statement has {needed.Operator.Name}.",
        // All at once: with one of two mended, the other would let in whom it should keep out.
        Edits = [.. AsPlatform(comparison)],
    };

    private static Fault WrongValue(StatementComparison comparison, Condition condition, Condition needed, bool isContext)
    {
        PolicyPlace place = PlaceOf(comparison, condition);
        string[] missing = [.. needed.Values.Where(value => !condition.Values.Contains(value, StringComparer.Ordinal))];
        string[] left = [.. condition.Values.Where(value => !needed.Values.Contains(value, StringComparer.Ordinal))];
        bool grows = isContext && IsList(comparison, needed);
        string listed = condition.Values.Count == 0 ? "nothing" : string.Join(", ", condition.Values.Select(value => $"'{VisibleText.Of(value)}'"));
        var edits = new List<PolicyEdit>();
        var hints = new List<string>();
        foreach (string wanted in missing)
        {
            string? meant = left.FirstOrDefault(value => ValueLikeness.IsMeantAs(value, wanted)) ?? (grows ? left.FirstOrDefault(ValueLikeness.IsPlaceholder) : left.FirstOrDefault());
            if (meant is null)
            {
                edits.Add(PolicyEdit.Add(place, wanted));
                continue;
            }

            string[] parts = ValueLikeness.Parts(meant);
            edits.Add(PolicyEdit.Replace(place, meant, parts.Contains(wanted, StringComparer.Ordinal) ? [.. parts] : [wanted]));
            hints.Add(ValueLikeness.How(meant, wanted));
            left = [.. left.Except([meant])];
        }

        return new Fault
        {
            Code = isContext ? PolicyFindingCodes.WrongContextValue : PolicyFindingCodes.ConditionNotMet,
            Observed = $"The condition {condition.Operator.Name} on {condition.Key} of {comparison.Live} lists {listed}, not {string.Join(", ", missing.Select(value => $"'{value}'"))}."
                + string.Concat(hints.Where(hint => hint.Length > 0).Distinct().Select(hint => $" {hint}")),
            Edits = edits.Count > 0 ? edits : [PolicyEdit.Remove(place), SetNeeded(comparison, needed, [condition])],
        };
    }

    private static Fault Extra(StatementComparison comparison, Condition condition, AccessOutcome[] refused)
    {
        bool isContext = ConditionKeyLikeness.IsOfContext(condition.Key);
        string action = refused[0].Expected.Action;
        return new Fault
        {
            Code = PolicyFindingCodes.ConditionNotMet,
            Observed = isContext && !KmsActions.TakesEncryptionContext(action)
                ? $"{comparison.Live} has a condition on {condition.Key}, which no request for {action} meets: it has no encryption context."
                : $"In {comparison.Live}, {condition.Describe(comparison.RequestOf(refused[0]).Context)}. The platform's statement has no such condition.",
            Edits = [PolicyEdit.Remove(PlaceOf(comparison, condition))],
        };
    }

    private static PolicyEdit SetNeeded(StatementComparison comparison, Condition needed, IEnumerable<Condition> meant) => PolicyEdit.Set(
        comparison.Place.At("Condition", needed.Operator.Name, needed.Key),
        StatementComparison.Values(needed, IsList(comparison, needed) ? meant.SelectMany(condition => Tenants(condition, needed)) : []));

    // What another condition lists and means by itself; not what it lists to keep out, and not a slip for what is needed.
    private static IEnumerable<string> Tenants(Condition condition, Condition needed) => condition.Operator.Negated || !IsText(condition) ? []
        : condition.Values.Where(value => !(condition.Operator.TakesPatterns && GlobPattern.IsPattern(value))
            && !ValueLikeness.IsPlaceholder(value)
            && !needed.Values.Any(wanted => ValueLikeness.IsMeantAs(value, wanted)));

    private static bool IsList(StatementComparison comparison, Condition needed) =>
        comparison.Wanted.Template.Statement["Condition"]?[needed.Operator.Name]?[needed.Key] is JArray;

    private static bool TakesValues(Condition condition) => !condition.Operator.Negated && IsText(condition);

    private static bool IsText(Condition condition) =>
        condition.Operator.Comparison is Comparison.String or Comparison.StringLike or Comparison.StringIgnoreCase;

    private static bool IsMeantAs(StatementComparison comparison, Condition condition, Condition needed) =>
        condition.Key.Equals(needed.Key, StringComparison.OrdinalIgnoreCase)
        || (comparison.NeededOn(condition.Key) is null && ConditionKeyLikeness.IsMeantAs(condition.Key, needed.Key));

    private static bool IsSame(Condition condition, Condition needed) =>
        condition.Key.Equals(needed.Key, StringComparison.OrdinalIgnoreCase) && condition.Operator.Name.Equals(needed.Operator.Name, StringComparison.OrdinalIgnoreCase);

    private static PolicyPlace PlaceOf(StatementComparison comparison, Condition condition) =>
        comparison.Place.At("Condition", condition.Operator.Name, condition.Key);
}
