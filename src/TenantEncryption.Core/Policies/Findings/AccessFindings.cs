using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings;

/// <summary>Says why a platform's request is refused, or allowed where it should not be.</summary>
internal static class AccessFindings
{
    private const string ContextPrefix = "kms:EncryptionContext:";

    public static void Add(PolicySubject subject, FindingList findings)
    {
        foreach (RenderedStatement statement in subject.Statements.Where(statement => statement.Purpose == StatementPurpose.Access))
        {
            if (!subject.Outcomes.Any(outcome => outcome.Expected.Sid == statement.Sid))
            {
                findings.Add(
                    FindingSeverity.Warning,
                    PolicyFindingCodes.NotSimulated,
                    subject.FindBySid(statement.Sid),
                    $"The platform's statement '{statement.Sid}' allows nothing to principals that it names, so that no request follows from it.",
                    "Prove it with a real call.");
            }
        }

        foreach (AccessOutcome outcome in subject.Outcomes)
        {
            ExpectedAccess expected = outcome.Expected;
            if (!outcome.IsDecidable)
            {
                findings.Add(
                    FindingSeverity.Warning,
                    PolicyFindingCodes.NotSimulated,
                    subject.FindBySid(expected.Sid),
                    $"The platform's statement has conditions that can't be simulated: {string.Join(", ", expected.Undecidable)}.",
                    "Prove it with a real call.",
                    expected.Principal.Arn,
                    expected.Action);
            }
            else if (expected.Expectation == AccessExpectation.Allowed)
            {
                AddOfAllowed(subject, outcome, findings);
            }
            else if (!outcome.IsMet)
            {
                AddOfNotRefused(subject, outcome, findings);
            }
        }
    }

    private static void AddOfAllowed(PolicySubject subject, AccessOutcome outcome, FindingList findings)
    {
        ExpectedAccess expected = outcome.Expected;
        if (expected.Advice is { } advice && (!outcome.IsMet || outcome.IsDelegated))
        {
            AddAdvised(subject, outcome, advice, findings);
        }
        else if (!outcome.IsMet)
        {
            AddRefusal(subject, outcome, findings);
        }
        else if (outcome.IsDelegated)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.DelegatedToAccount,
                outcome.Decision.KeyPolicyStatement,
                $"The policy names the account {expected.Principal.Account} rather than the principal, so that the account's own identity policies decide, which can't be seen.",
                "Name the principal itself, as the platform's statement does.",
                expected.Principal.Arn,
                expected.Action,
                "Principal");
        }
        else if (outcome.Decision.Grant is { } grant)
        {
            findings.Add(
                FindingSeverity.Information,
                PolicyFindingCodes.AllowedByGrant,
                null,
                $"The grant {grant.GrantId} allows what the policy does not.",
                "Add the platform's statement, or keep the grant.",
                expected.Principal.Arn,
                expected.Action);
        }
    }

    // What the vendor's own printed policy lacks, or only some tenants use: whoever copied the page word for word has done nothing wrong.
    private static void AddAdvised(PolicySubject subject, AccessOutcome outcome, StatementAdvice advice, FindingList findings)
    {
        ExpectedAccess expected = outcome.Expected;
        string deny = outcome.Decision is { IsExplicitDeny: true, KeyPolicyStatement: { } statement } ? $" The Deny in {statement} wins over every Allow." : "";
        string choice = advice.Choice is null ? "" : $", and say so with -Parameter @{{ {advice.Choice} = $false }}";
        findings.Add(
            FindingSeverity.Warning,
            PolicyFindingCodes.MissingRecommended,
            subject.FindBySid(expected.Sid),
            $"The policy does not allow what the statement '{expected.Sid}' of {subject.Platform.Name} allows.{deny} {advice.Text}",
            $"Add it (Set-KeyPolicy does), or leave it out on purpose{choice}.",
            expected.Principal.Arn,
            expected.Action);
    }

    private static void AddOfNotRefused(PolicySubject subject, AccessOutcome outcome, FindingList findings)
    {
        ExpectedAccess expected = outcome.Expected;
        PolicyStatement? statement = outcome.Decision.KeyPolicyStatement;
        string by = statement?.ToString() ?? $"the grant {outcome.Decision.Grant?.GrantId}";
        if (expected.Expectation == AccessExpectation.RefusedOtherwise)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.ConditionNotEnforced,
                statement,
                $"The policy's {by} also lets the platform's principal in without the conditions of the platform's statement '{expected.Sid}'.",
                "Fine if the principal also administers the key; else add the conditions.",
                expected.Principal.Arn,
                expected.Action,
                "Condition");
            return;
        }

        // An id that the statement lists is one of the key's other tenants, not a stranger.
        string? tenant = expected.EncryptionContext.GetValueOrDefault(subject.Platform.ContextKey);
        if (tenant is not null && statement?.Conditions.Any(condition => Lists(condition, subject.ContextConditionKey, tenant)) == true)
        {
            return;
        }

        findings.Add(
            FindingSeverity.Error,
            PolicyFindingCodes.ContextNotEnforced,
            statement,
            $"The policy's {by} lets the platform's principal in {(expected.Expectation == AccessExpectation.RefusedWithoutTenant
                ? "without a tenant in the encryption context"
                : "with the id of another tenant in the encryption context")}.",
            $"Give it the condition StringEquals {subject.ContextConditionKey} with the tenant ids, as the platform's statement has it.",
            expected.Principal.Arn,
            expected.Action,
            "Condition");
    }

    private static bool Lists(Condition condition, string key, string value) =>
        condition.Key.Equals(key, StringComparison.OrdinalIgnoreCase)
        && condition.Operator is { Comparison: Comparison.String, Negated: false }
        && condition.Values.Contains(value, StringComparer.Ordinal);

    private static void AddRefusal(PolicySubject subject, AccessOutcome outcome, FindingList findings)
    {
        ExpectedAccess expected = outcome.Expected;
        if (outcome.Decision is { IsExplicitDeny: true, KeyPolicyStatement: { } deny })
        {
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.ExplicitDeny,
                deny,
                $"The Deny in {deny} wins over every Allow.",
                "Remove it, or except the platform's principals from it.",
                expected.Principal.Arn,
                expected.Action,
                "Effect");
            return;
        }

        AccessRequest request = expected.ToRequest(subject.KeyArn, subject.Time);
        RefusalCause cause = RefusalCause.Of(request, expected.Sid, subject);
        findings.Add(
            FindingSeverity.Error, cause.Code, cause.Statement, cause.Observed, cause.Remedy, expected.Principal.Arn, expected.Action, cause.Element);
    }

    internal static bool IsContextKey(string key) => key.StartsWith(ContextPrefix, StringComparison.OrdinalIgnoreCase);
}
