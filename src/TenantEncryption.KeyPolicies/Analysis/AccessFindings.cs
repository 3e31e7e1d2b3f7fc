using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Causes;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Findings;

/// <summary>Says why a platform's request is refused, or allowed where it should not be.</summary>
internal static class AccessFindings
{
    public static void Add(PolicySubject subject, FindingList findings)
    {
        var told = new List<Fault>();
        foreach (RenderedStatement statement in subject.Statements.Where(statement => statement.Purpose == StatementPurpose.Access))
        {
            AccessOutcome[] outcomes = [.. subject.Outcomes.Where(outcome => outcome.Expected.Sid == statement.Sid)];
            AddNotSimulated(subject, statement, outcomes, findings);
            AccessOutcome[] wanted = [.. outcomes.Where(outcome => outcome is { IsDecidable: true, Expected.Expectation: AccessExpectation.Allowed })];
            foreach (Fault fault in RefusalFaults.Of(subject, statement, [.. wanted.Where(outcome => outcome.Expected.Advice is null)]))
            {
                fault.AddTo(findings, FindingSeverity.Error);
                told.Add(fault);
            }

            AddAdvised(subject, statement, wanted, told, findings);

            AddGranted(wanted, findings);
        }

        foreach (Fault fault in DenyFaults.Of(subject, [.. subject.Outcomes.Where(outcome => outcome is { IsDecidable: true, Expected.Advice: null })], told))
        {
            fault.AddTo(findings, FindingSeverity.Error);
        }

        foreach (Fault fault in EnforcementFaults.Of(subject))
        {
            fault.AddTo(findings, fault.Code == PolicyFindingCodes.ConditionNotEnforced ? FindingSeverity.Warning : FindingSeverity.Error);
        }
    }

    private static void AddNotSimulated(PolicySubject subject, RenderedStatement statement, AccessOutcome[] outcomes, FindingList findings)
    {
        PolicyStatement? live = subject.Find(statement.Statement) is [var likest, ..] ? likest : null;
        if (outcomes.Length == 0)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.NotSimulated,
                live,
                $"The platform's statement '{statement.Sid}' allows nothing to principals that it names, so that no request follows from it.",
                "Prove it with a real call.",
                []);
        }

        foreach (ExpectedAccess expected in outcomes.Where(outcome => !outcome.IsDecidable).Select(outcome => outcome.Expected))
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.NotSimulated,
                live,
                $"The platform's statement has conditions that can't be simulated: {string.Join(", ", expected.Undecidable)}.",
                "Prove it with a real call.",
                [],
                expected.Principal.Arn,
                expected.Action);
        }
    }

    // What the vendor's own printed policy lacks, or only some tenants use: whoever copied the page word for word has done nothing wrong. What an error asks for
    // anyway is not told again.
    private static void AddAdvised(PolicySubject subject, RenderedStatement statement, AccessOutcome[] wanted, List<Fault> told, FindingList findings)
    {
        string[] asked = [.. told.SelectMany(fault => fault.Edits).Select(edit => edit.ToString())];
        foreach (IGrouping<StatementAdvice, AccessOutcome> advised in wanted.Where(outcome => outcome.Expected.Advice is not null).GroupBy(outcome => outcome.Expected.Advice!))
        {
            IReadOnlyList<Fault> refused = RefusalFaults.Of(subject, statement, [.. advised]);
            foreach (Fault fault in refused.Concat(DenyFaults.Of(subject, [.. advised], [.. told, .. refused])).Where(fault => !fault.Edits.All(edit => asked.Contains(edit.ToString()))))
            {
                string choice = advised.Key.Choice is { } name ? $", and say so with KeyPolicyRequest.Parameters: {name} = false" : "";
                (fault with { Hint = $"{(fault.Hint is null ? "" : $"{fault.Hint} ")}Putting the platform's statements does so. Or leave it out on purpose{choice}." }).AddTo(
                    findings,
                    FindingSeverity.Warning,
                    PolicyFindingCodes.MissingRecommended,
                    $"The policy does not allow what the statement '{statement.Sid}' of {subject.Platform.Name} allows. {advised.Key.Text}");
            }
        }
    }

    private static void AddGranted(AccessOutcome[] wanted, FindingList findings)
    {
        foreach (AccessOutcome outcome in wanted.Where(outcome => outcome is { IsMet: true, IsDelegated: false, Decision.Grant: not null }))
        {
            findings.Add(
                FindingSeverity.Information,
                PolicyFindingCodes.AllowedByGrant,
                null,
                $"The grant {outcome.Decision.Grant!.GrantId} allows what the policy does not.",
                "Add the platform's statement, or keep the grant.",
                [],
                outcome.Expected.Principal.Arn,
                outcome.Expected.Action);
        }
    }
}
