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

        // What could not be read, or is not there as only statements were given, might allow it.
        if (subject.KeyAccount != AssumedKey.UnknownAccount && !subject.Source.IsPart && !findings.Has(PolicyFindingCodes.MalformedStatement))
        {
            AddLockout(subject, findings);
        }
    }

    private static void AddLockout(PolicySubject subject, FindingList findings)
    {
        PolicyDocument policy = subject.Source.Document;
        ManageabilityVerdict verdict = KeyManageability.Judge(policy, subject.KeyArn, subject.Time);
        if (verdict.Answer == Manageability.Depends)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.ConditionalAdministration,
                verdict.DependsOn[0],
                $"{verdict} That can't be judged here.",
                "Make sure that an administrator of the account meets the conditions before you put the policy.");
        }
        else if (verdict.Answer == Manageability.No)
        {
            PolicyStatement? elsewhere = policy.Statements.FirstOrDefault(statement =>
                statement.Effect == PolicyEffect.Allow
                && statement.Principal!.Names.Any(subject.IsOwn)
                && statement.Action?.Matches("kms:PutKeyPolicy") == true
                && statement.Resource?.Matches(subject.KeyArn, new RequestContext()) == false);
            string nobody = $"No principal of the key's account {subject.KeyAccount} is allowed kms:PutKeyPolicy, so that nobody could change the policy any more.";
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.AccountLockedOut,
                elsewhere,
                elsewhere is null ? nobody : $"{nobody} The Resource of {elsewhere} is not this key ({subject.KeyArn}).",
                elsewhere is null
                    ? "Keep a statement that allows the account (\"Enable IAM User Permissions\") or its administrators kms:PutKeyPolicy."
                    : "In a key policy use \"Resource\": \"*\", which means the key itself.",
                null,
                null,
                "Resource");
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
