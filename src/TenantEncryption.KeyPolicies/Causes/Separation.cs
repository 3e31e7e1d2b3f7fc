using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>Takes the platform's principals out of a statement that is not theirs alone, so that nobody else loses by what the platform needs.</summary>
internal static class Separation
{
    private const string PrincipalArn = "aws:PrincipalArn";

    /// <summary>
    /// Whether somebody whom the platform does not name would lose if the statement became the platform's. In a list of the user's own others are its
    /// users too, unless they have more.
    /// </summary>
    public static bool IsNeeded(PolicySubject subject, PolicyStatement statement, RenderedStatement meant)
    {
        PolicyStatement platform = PolicyStatement.Read(meant.Statement);
        bool isOwnList = OwnPrincipals.AreIn(subject.Platform, meant.Template);
        return statement.Action is not null
            && !(isOwnList && KmsActions.All.All(action => statement.Action.Matches(action) == platform.Action!.Matches(action)))
            && statement.Principal is { Anyone: false, Negated: false } named
            && named.Names.Any(name => !PrincipalSyntax.IsUniqueId(name)
                && !platform.Principal!.Names.Any(wanted => PrincipalLikeness.Distance(name, wanted) is not null || (!subject.IsOwn(name) && PrincipalLikeness.IsAccountOf(name, wanted))));
    }

    /// <summary>The edits: what the platform's principals need comes from the platform's own statements afterwards.</summary>
    public static IEnumerable<PolicyEdit> Of(PolicySubject subject, PolicyStatement statement)
    {
        PolicyPlace place = PolicyPlace.Of(statement);
        PolicyPrincipal[] principals = [.. subject.Outcomes.Select(outcome => outcome.Expected.Principal).DistinctBy(principal => principal.Arn, StringComparer.Ordinal)];
        PrincipalElement named = statement.Principal!;
        string[] own = [.. named.Names.Where(name => principals.Any(
            principal => principal.IsNamed(name) || (principal.Account != subject.KeyAccount && principal.AccountNames.Contains(name))))];
        if (named.Anyone || named.Negated)
        {
            yield return PolicyEdit.Add(place.At("Condition", "ArnNotEquals", PrincipalArn), principals.Select(principal => principal.PrincipalArn).Distinct(StringComparer.Ordinal));
        }
        else if (own.Length == named.Names.Count)
        {
            yield return PolicyEdit.RemoveStatement(place);
        }
        else
        {
            yield return PolicyEdit.Remove(place.At("Principal", "AWS"), own);
        }

        foreach (RenderedStatement needed in Lacking(subject, statement))
        {
            if (statement.Sid == needed.Sid)
            {
                yield return PolicyEdit.Remove(place.At("Sid"));
            }

            yield return PolicyEdit.AddStatement(needed.Statement);
        }
    }

    private static IEnumerable<RenderedStatement> Lacking(PolicySubject subject, PolicyStatement without)
    {
        AccessOutcome[] wanted = [.. subject.Outcomes.Where(outcome => outcome is { IsDecidable: true, Expected.Expectation: AccessExpectation.Allowed })];
        HashSet<string> sids = [.. subject.Decide(wanted, other => other != without && other.Effect == PolicyEffect.Allow)
            .Where(outcome => !outcome.Decision.IsAllowed || outcome.IsDelegated).Select(outcome => outcome.Expected.Sid)];
        return subject.Statements.Where(one => sids.Contains(one.Sid) && subject.Find(one.Statement).All(other => other == without));
    }
}
