using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Findings.Causes;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings;

/// <summary>Whether the key's account keeps its key.</summary>
internal static class AdministrationFindings
{
    private const string PutKeyPolicy = "kms:PutKeyPolicy";

    public static void Add(PolicySubject subject, FindingList findings)
    {
        foreach (RenderedStatement statement in subject.Statements.Where(statement => statement.Purpose == StatementPurpose.Administration))
        {
            AddMissing(subject, statement, findings);
        }

        // What could not be read, or is not there as only statements were given, might allow it.
        if (subject.KeyAccount != AssumedKey.UnknownAccount && !subject.Source.IsPart && subject.Source.Document.Statements.Count == subject.Source.Statements.Count)
        {
            AddManageability(subject, findings);
        }
    }

    private static void AddManageability(PolicySubject subject, FindingList findings)
    {
        ManageabilityVerdict verdict = KeyManageability.Judge(subject.Source.Document, subject.KeyArn, subject.Time);
        if (verdict.Answer == Manageability.Depends)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.ConditionalAdministration,
                verdict.DependsOn[0],
                $"{verdict} That can't be judged here.",
                "Make sure that an administrator of the account meets the conditions before you put the policy.",
                []);
        }
        else if (verdict.Answer == Manageability.No)
        {
            AddLockout(subject, findings);
        }
    }

    // The account's usual statement is held against the policy like one of the platform's, so that the reason is told and not the outcome alone.
    private static void AddLockout(PolicySubject subject, FindingList findings)
    {
        var usual = new PlatformStatement { Statement = AccountStatements.Root(subject.Partition, subject.KeyAccount) };
        var root = new RenderedStatement(usual, usual.Statement);
        ExpectedAccess[] put = [.. ExpectedAccessList.Of([root]).Where(access => access.Action == PutKeyPolicy)];
        IReadOnlyList<AccessOutcome> outcomes = AccessOutcome.Decide(put, subject.Source.Document, [], subject.KeyArn, subject.Time);
        PolicySubject account = subject with { Statements = [.. subject.Statements, root], Grants = [] };
        IReadOnlyList<Fault> refused = RefusalFaults.Of(account, root, outcomes);
        Fault[] faults = [.. refused, .. DenyFaults.Of(account, outcomes, refused)];
        foreach (Fault fault in faults)
        {
            (fault with { Outcomes = [] }).AddTo(
                findings,
                FindingSeverity.Error,
                PolicyFindingCodes.AccountLockedOut,
                $"No principal of the key's account {subject.KeyAccount} is allowed kms:PutKeyPolicy, so that nobody could change the policy any more.");
        }
    }

    private static void AddMissing(PolicySubject subject, RenderedStatement rendered, FindingList findings)
    {
        RenderedStatement asAccess = rendered with { Template = rendered.Template with { Purpose = StatementPurpose.Access } };
        ExpectedAccess[] wanted = [.. ExpectedAccessList.Of([asAccess]).Where(access => access.Expectation == AccessExpectation.Allowed)];
        AccessOutcome[] outcomes = [.. AccessOutcome.Decide(wanted, subject.Source.Document, [], subject.KeyArn, subject.Time).Where(outcome => !outcome.IsMet)];
        IReadOnlyList<Fault> refused = outcomes.Length == 0 ? [] : RefusalFaults.Of(subject with { Grants = [] }, rendered, outcomes);
        Fault[] faults = [.. refused, .. DenyFaults.Of(subject, outcomes, refused)];
        foreach (Fault fault in faults)
        {
            fault.AddTo(
                findings,
                FindingSeverity.Warning,
                PolicyFindingCodes.MissingAdministration,
                $"The policy does not allow what the statement '{rendered.Sid}' of {subject.Platform.Name} allows.");
        }
    }
}
