using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>What the platform's statement should allow and does not: its Action, and its Resource.</summary>
internal static class ActionFaults
{
    public static IEnumerable<Fault> Of(StatementComparison comparison)
    {
        AccessOutcome[] missing = [.. comparison.Outcomes.Where(outcome => comparison.Live.Action?.Matches(outcome.Expected.Action) != true)];
        if (missing.Length > 0)
        {
            yield return OfAction(comparison, missing);
        }

        AccessOutcome[] elsewhere = [.. comparison.Outcomes.Where(outcome => !Covers(comparison, outcome))];
        if (elsewhere.Length > 0)
        {
            yield return OfResource(comparison, elsewhere);
        }
    }

    private static Fault OfAction(StatementComparison comparison, AccessOutcome[] outcomes)
    {
        PolicyStatement live = comparison.Live;
        string[] missing = [.. outcomes.Select(outcome => outcome.Expected.Action).Distinct(StringComparer.OrdinalIgnoreCase)];
        string listed = string.Join(", ", missing);
        if (live.Action is null or { Negated: true })
        {
            return new Fault
            {
                Code = PolicyFindingCodes.MissingAction,
                Statement = live,
                Element = ["NotAction"],
                Observed = live.Action is null
                    ? $"{live} has no Action, and so does not allow {listed}."
                    : $"{live} has NotAction, and so allows all but {string.Join(", ", live.Action.Names)}.",
                Edits = [.. comparison.AsPlatform("Action")],
                Outcomes = outcomes,
            };
        }

        var edits = new List<PolicyEdit>();
        var seen = new List<string>();
        List<string> unknown = [.. live.Action.Names.Where(name => !GlobPattern.IsPattern(name) && !KmsActions.All.Contains(name, StringComparer.OrdinalIgnoreCase))];
        var left = new List<string>();
        foreach (string action in Asked(comparison, missing))
        {
            if (TextDistance.Nearest(action, unknown.Select(VisibleText.Meant)) is { } near)
            {
                string misspelt = unknown.First(name => VisibleText.Meant(name) == near);
                edits.Add(PolicyEdit.Replace(comparison.Place.At("Action"), misspelt, action));
                seen.Add($"there is no action '{VisibleText.Of(misspelt)}'");
                unknown.Remove(misspelt);
            }
            else
            {
                left.Add(action);
            }
        }

        if (left.Count > 0)
        {
            edits.Add(PolicyEdit.Add(comparison.Place.At("Action"), left));
        }

        return new Fault
        {
            Code = PolicyFindingCodes.MissingAction,
            Statement = live,
            Element = ["Action"],
            Observed = $"{live} allows {string.Join(", ", live.Action.Names)}, not {listed}{(seen.Count == 0 ? "" : $"; {string.Join(", ", seen)}")}.",
            Edits = edits,
            Outcomes = outcomes,
        };
    }

    // As the platform writes them: one pattern rather than all that it means.
    private static IEnumerable<string> Asked(StatementComparison comparison, string[] missing) =>
        comparison.Needed.Action!.Names.Where(name => KmsActions.Expand(name).Intersect(missing, StringComparer.OrdinalIgnoreCase).Any());

    private static bool Covers(StatementComparison comparison, AccessOutcome outcome)
    {
        AccessRequest request = comparison.RequestOf(outcome);
        return comparison.Live.Resource?.Matches(request.Resource, request.Context) == true;
    }

    private static Fault OfResource(StatementComparison comparison, AccessOutcome[] outcomes)
    {
        string names = string.Join(", ", comparison.Subject.ResourcesOf(comparison.Live).Select(VisibleText.Of));
        string key = comparison.Subject.KeyArn;
        bool isAlias = names.Contains(":alias/", StringComparison.Ordinal);
        return new Fault
        {
            Code = PolicyFindingCodes.WrongResource,
            Statement = comparison.Live,
            Element = ["Resource"],
            Observed = comparison.Live.Resource is null ? $"{comparison.Live} has no Resource, and so no effect."
                : $"The Resource of {comparison.Live} is {names}, which is not this key ({key}){(isAlias ? "; an alias is none" : "")}.",
            Edits = [.. comparison.AsPlatform("Resource")],
            Hint = "In a key policy \"*\" means the key itself.",
            Outcomes = outcomes,
        };
    }
}
