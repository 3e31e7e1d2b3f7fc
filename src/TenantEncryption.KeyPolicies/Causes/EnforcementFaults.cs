using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>Statements that let a platform's principal in where it should be refused.</summary>
internal static class EnforcementFaults
{
    public static IEnumerable<Fault> Of(PolicySubject subject)
    {
        AccessOutcome[] unmet = [.. subject.Outcomes.Where(outcome => outcome is { IsDecidable: true, IsMet: false } && outcome.Expected.Expectation != AccessExpectation.Allowed)];
        foreach (AccessOutcome outcome in unmet.Where(outcome => outcome.Decision.Grant is not null))
        {
            yield return OfGrant(outcome);
        }

        var statements = unmet.SelectMany(outcome => Letting(subject, outcome).Select(statement => (Statement: statement, Outcome: outcome)))
            .GroupBy(one => (one.Statement, one.Outcome.Expected.Expectation), one => one.Outcome);
        foreach (var group in statements)
        {
            yield return OfStatement(subject, group.Key.Statement, group.Key.Expectation, [.. group]);
        }
    }

    private static IEnumerable<PolicyStatement> Letting(PolicySubject subject, AccessOutcome outcome)
    {
        // An id that the statement lists is one of the key's other tenants, not a stranger.
        string? tenant = outcome.Expected.EncryptionContext.GetValueOrDefault(subject.Platform.ContextKey);
        bool isOwn = outcome.Expected.Principal.Account == subject.KeyAccount;
        return subject.Applying(PolicyEffect.Allow, outcome.Expected.ToRequest(subject.KeyArn, subject.Time))
            .Where(statement => (!isOwn || statement.Principal!.Match(outcome.Expected.Principal) == PrincipalMatch.Direct)
                && !(tenant is not null && statement.Conditions.Any(condition => Lists(condition, subject.ContextConditionKey, tenant))));
    }

    private static bool Lists(Condition condition, string key, string value) =>
        condition.Key.Equals(key, StringComparison.OrdinalIgnoreCase)
        && condition.Operator is { Comparison: Comparison.String, Negated: false }
        && condition.Values.Contains(value, StringComparer.Ordinal);

    private static Fault OfStatement(PolicySubject subject, PolicyStatement statement, AccessExpectation expectation, AccessOutcome[] outcomes)
    {
        (string code, string how) = expectation switch
        {
            AccessExpectation.RefusedForAnotherTenant => (PolicyFindingCodes.ContextNotEnforced, "with the id of another tenant in the encryption context"),
            AccessExpectation.RefusedWithoutTenant => (PolicyFindingCodes.ContextNotEnforced, "without a tenant in the encryption context"),
            _ => (PolicyFindingCodes.ConditionNotEnforced, $"without the conditions of the platform's statement '{outcomes[0].Expected.Sid}'"),
        };
        RenderedStatement? meant = subject.Meant(statement);
        bool isOwn = meant is not null && meant.Sid == outcomes[0].Expected.Sid && !Separation.IsNeeded(subject, statement, meant);
        return new Fault
        {
            Code = code,
            Statement = statement,
            Element = ["Condition"],
            Observed = $"The policy's {statement} lets the platform's principal in {how}{Why(statement, subject)}.",
            Edits = isOwn ? [.. ConditionFaults.AsPlatform(new StatementComparison(subject, statement, meant!, outcomes))]
                : code == PolicyFindingCodes.ConditionNotEnforced ? []
                : [.. Separation.Of(subject, statement)],
            Hint = code == PolicyFindingCodes.ConditionNotEnforced && !isOwn ? "Fine if the principal also administers the key; else take it out of that statement." : null,
            Outcomes = outcomes,
        };
    }

    private static string Why(PolicyStatement statement, PolicySubject subject)
    {
        string[] tests = [.. statement.Conditions.Where(condition => condition.Key.Equals(subject.ContextConditionKey, StringComparison.OrdinalIgnoreCase))
            .Select(condition => $"{condition.Operator.Name} [{string.Join(", ", condition.Values)}]")];
        return tests.Length == 0 ? "" : $": {string.Join(", ", tests)} lets more in than the tenant";
    }

    private static Fault OfGrant(AccessOutcome outcome) => new()
    {
        Code = PolicyFindingCodes.ContextNotEnforced,
        Observed = $"The grant {outcome.Decision.Grant!.GrantId} lets the platform's principal in "
            + $"{(outcome.Expected.Expectation == AccessExpectation.RefusedWithoutTenant ? "without a tenant" : "with the id of another tenant")} in the encryption context.",
        Edits = [],
        Hint = "Revoke the grant, and make it again with the encryption context as its constraint.",
        Outcomes = [outcome],
    };
}
