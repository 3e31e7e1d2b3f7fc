using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings;

/// <summary>Whether the key's account keeps its key.</summary>
internal static class AdministrationFindings
{
    public static void Add(PolicySubject subject, FindingList findings)
    {
        foreach (RenderedStatement statement in subject.Statements.Where(statement => statement.Purpose == StatementPurpose.Administration))
        {
            AddMissing(subject, statement, findings);
        }

        if (subject.KeyAccount != AssumedKey.UnknownAccount && KeyManageability.FindManager(subject.Source.Document, subject.KeyArn, subject.Time) is null)
        {
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.AccountLockedOut,
                $"No principal of the key's account {subject.KeyAccount} is allowed kms:PutKeyPolicy, so that nobody could change the policy any more.",
                "Keep a statement that allows the account (\"Enable IAM User Permissions\") or its administrators kms:PutKeyPolicy.");
        }
    }

    private static void AddMissing(PolicySubject subject, RenderedStatement rendered, FindingList findings)
    {
        RenderedStatement asAccess = rendered with { Template = rendered.Template with { Purpose = StatementPurpose.Access } };
        IReadOnlyList<AccessOutcome> outcomes = AccessOutcome.Decide(
            ExpectedAccessList.Of([asAccess]), subject.Source.Document, [], subject.KeyArn, subject.Time);
        foreach (AccessOutcome outcome in outcomes.Where(outcome => outcome is { IsMet: false, Expected.Expectation: AccessExpectation.Allowed }))
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.MissingAdministration,
                subject.FindBySid(rendered.Sid),
                $"The policy does not allow what the statement '{rendered.Sid}' of {subject.Platform.Name} allows.",
                "Add the statement, or leave it out on purpose.",
                outcome.Expected.Principal.Arn,
                outcome.Expected.Action);
        }
    }
}
