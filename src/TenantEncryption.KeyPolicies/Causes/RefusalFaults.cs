using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>
/// Why a policy does not allow what a statement of the platform would: how the statement that stands for it differs, element by element, so that
/// every fault is told at once, or that there is none.
/// </summary>
internal static class RefusalFaults
{
    /// <summary>The faults.</summary>
    /// <param name="subject">The policy.</param>
    /// <param name="wanted">The platform's statement.</param>
    /// <param name="outcomes">Those of its requests that must be allowed.</param>
    public static IReadOnlyList<Fault> Of(PolicySubject subject, RenderedStatement wanted, IReadOnlyList<AccessOutcome> outcomes)
    {
        // A Deny in the way is a fault of its own; what the Allows lack is told beside it. An account's own identity policies can't be seen.
        AccessOutcome[] refused =
        [
            .. subject.Decide(outcomes, statement => statement.Effect == PolicyEffect.Allow).Where(outcome => !outcome.Decision.IsAllowed || outcome.IsDelegated),
        ];
        if (refused.Length == 0 || subject.IsUnread(wanted.Statement))
        {
            return [];
        }

        AccessOutcome[] never = [.. refused.Where(outcome => outcome.Decision.Reason == AccessReason.NotAcrossAccounts)];
        if (never.Length > 0)
        {
            return [NotAcrossAccounts(subject, never)];
        }

        IReadOnlyList<PolicyStatement> candidates = subject.Find(wanted.Statement);
        string? delegated = Delegated(subject, refused);
        return
        [
            .. refused.GroupBy(outcome => Nearest(candidates, outcome.Expected.Principal))
                .SelectMany(group => group.Key is null
                    ? new[] { MissingStatement.Of(subject, wanted.Statement, [.. group]) }
                    : Compare(new StatementComparison(subject, group.Key, wanted, [.. group])))
                .Select(fault => delegated is null ? fault : fault with { Observed = $"{fault.Observed} {delegated}" }),
        ];
    }

    private static Fault NotAcrossAccounts(PolicySubject subject, AccessOutcome[] never) => new()
    {
        Code = PolicyFindingCodes.NotAcrossAccounts,
        Observed = $"{never[0].Expected.Principal.Account} is not the key's account {subject.KeyAccount}, and {never[0].Expected.Action} works within the key's own account alone.",
        Edits = [],
        Hint = "Use a key of that account: no policy can allow it.",
        Outcomes = never,
    };

    // A platform's roles may have a statement each: the one that names the principal, nearly names it, or else the likest.
    private static PolicyStatement? Nearest(IReadOnlyList<PolicyStatement> candidates, PolicyPrincipal principal) =>
        candidates.FirstOrDefault(statement => statement.Principal!.Match(principal) == PrincipalMatch.Direct)
        ?? candidates.FirstOrDefault(statement => statement.Principal!.Names.Any(
            name => PrincipalLikeness.Distance(name, principal.Arn) is not null || PrincipalLikeness.IsAccountOf(name, principal.Arn)))
        ?? (candidates is [var likest, ..] ? likest : null);

    private static Fault[] Compare(StatementComparison comparison)
    {
        Fault[] faults =
        [
            .. Effect(comparison),
            .. PrincipalFaults.Of(comparison),
            .. ActionFaults.Of(comparison),
            .. ConditionFaults.Of(comparison),
        ];
        return faults.Length > 0 ? faults :
        [
            new Fault
            {
                Code = PolicyFindingCodes.ConditionNotMet,
                Statement = comparison.Live,
                Observed = $"{comparison.Live} does not allow what the platform's statement does.",
                Edits = [PolicyEdit.ReplaceStatement(comparison.Place, comparison.Wanted.Statement)],
                Outcomes = comparison.Outcomes,
            },
        ];
    }

    private static IEnumerable<Fault> Effect(StatementComparison comparison)
    {
        if (comparison.Live.Effect == PolicyEffect.Deny)
        {
            yield return new Fault
            {
                Code = PolicyFindingCodes.ExplicitDeny,
                Statement = comparison.Live,
                Element = ["Effect"],
                Observed = $"{comparison.Live} is a Deny; the platform's statement is an Allow.",
                Edits = [PolicyEdit.Set(comparison.Place.At("Effect"), "Allow")],
                Outcomes = comparison.Outcomes,
            };
        }
    }

    private static string? Delegated(PolicySubject subject, AccessOutcome[] refused)
    {
        string[] statements = [.. refused.Where(outcome => outcome.IsDelegated).Select(outcome => outcome.Decision.KeyPolicyStatement).OfType<PolicyStatement>().Select(statement => statement.ToString()).Distinct()];
        return statements.Length == 0 ? null
            : $"By {string.Join(", ", statements)} the account's own identity policies might allow it, which can't be seen.";
    }
}
