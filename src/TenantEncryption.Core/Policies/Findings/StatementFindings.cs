using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Documents;

namespace TenantEncryption.Policies.Findings;

/// <summary>What is unwise in a statement, whoever it is for.</summary>
internal static class StatementFindings
{
    public static void Add(PolicySubject subject, FindingList findings)
    {
        foreach (PolicyStatement statement in subject.Source.Document.Statements)
        {
            AddOfPrincipals(subject, statement, findings);
            AddOfActions(subject, statement, findings);
        }

        AddDuplicateSids(subject, findings);
        AddExcessive(subject, findings);
        AddSeveralTenants(subject, findings);
    }

    private static void AddOfPrincipals(PolicySubject subject, PolicyStatement statement, FindingList findings)
    {
        PrincipalElement principal = statement.Principal!;
        if (statement.Effect == PolicyEffect.Allow && (principal.Anyone || principal.Negated))
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.OverbroadPrincipal,
                statement,
                $"{Capital(statement)} allows {(principal.Negated ? "everybody but those that it names" : "everybody")}"
                    + (statement.Conditions.Length == 0 ? ", without a condition." : ", where its conditions are met."),
                "Name the principals.",
                "*",
                null,
                "Principal");
        }

        foreach (string id in principal.Names.Where(PrincipalSyntax.IsUniqueId))
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.DeletedPrincipal,
                statement,
                $"{Capital(statement)} names {id}, the id of a user or role that was deleted. KMS does not take the policy back with it.",
                "Remove it, or put the ARN of the one that is meant in its place.",
                id,
                null,
                "Principal",
                "AWS",
                id);
        }
    }

    private static void AddOfActions(PolicySubject subject, PolicyStatement statement, FindingList findings)
    {
        if (statement.Action is null || statement.Resource is null)
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.NoEffect,
                statement,
                $"{Capital(statement)} has no {(statement.Action is null ? "Action" : "Resource")}, and so no effect.",
                "Complete it or remove it.");
            return;
        }

        string[] foreign = [.. statement.Principal!.Names.Where(name => !subject.IsOwn(name) && !PrincipalSyntax.IsUniqueId(name)).Order(StringComparer.Ordinal)];
        bool everything = statement.Action is { Negated: true } || statement.Action.Names.Any(name => name is "*" or "kms:*");
        if (statement.Effect == PolicyEffect.Allow && everything && foreign.Length > 0 && subject.KeyAccount != AssumedKey.UnknownAccount)
        {
            foreach (string name in foreign)
            {
                findings.Add(
                    FindingSeverity.Warning,
                    PolicyFindingCodes.OverbroadAction,
                    statement,
                    $"{Capital(statement)} allows {string.Join(", ", statement.Action.Names)} to principals outside the key's account {subject.KeyAccount}.",
                    "Allow only what the platform's statement has.",
                    name,
                    null,
                    "Action");
            }
        }
    }

    private static void AddDuplicateSids(PolicySubject subject, FindingList findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (PolicyStatement statement in subject.Source.Document.Statements.Where(statement => statement.Sid is not null && !seen.Add(statement.Sid)))
        {
            findings.Add(
                FindingSeverity.Warning,
                PolicyFindingCodes.DuplicateSid,
                statement,
                $"Another statement has the Sid '{statement.Sid}', too.",
                "Give each statement a Sid of its own.",
                null,
                null,
                "Sid");
        }
    }

    // Beyond what the platform asks for, with the tenant's own context.
    private static void AddExcessive(PolicySubject subject, FindingList findings)
    {
        // Whatever the platform's statements allow, those for multi-Region keys too, is not too much.
        string[] asked =
        [
            .. subject.Platform.Statements.Where(statement => statement.Purpose == StatementPurpose.Access)
                .SelectMany(statement => KeyPolicyStatement.Of(statement.Statement).Action)
                .SelectMany(KmsActions.Expand),
        ];
        var platform = subject.Outcomes
            .Where(outcome => outcome.Expected.Expectation == AccessExpectation.Allowed && outcome.IsDecidable)
            .GroupBy(outcome => outcome.Expected.Principal.Arn, StringComparer.Ordinal);
        foreach (var group in platform.Where(group => !subject.IsOwn(group.Key)))
        {
            ExpectedAccess sample = group.OrderByDescending(outcome => outcome.Expected.EncryptionContext.Count).First().Expected;
            IEnumerable<ExpectedAccess> others = KmsActions.All.Except(asked, StringComparer.OrdinalIgnoreCase)
                .Select(action => sample with { Action = action, EncryptionContext = KmsActions.TakesEncryptionContext(action) ? sample.EncryptionContext : new Dictionary<string, string>() });
            foreach (AccessOutcome outcome in AccessOutcome.Decide(others, subject.Source.Document, [], subject.KeyArn, subject.Time))
            {
                if (outcome.Decision is { Reason: AccessReason.KeyPolicyAllows, KeyPolicyStatement: { } statement }
                    && !findings.Has(PolicyFindingCodes.OverbroadAction, statement))
                {
                    findings.Add(
                        FindingSeverity.Warning,
                        PolicyFindingCodes.ExcessiveAction,
                        statement,
                        $"{Capital(statement)} allows the platform's principals more than {subject.Platform.Name} asks for.",
                        "Take out what the platform's statement lacks.",
                        outcome.Expected.Principal.Arn,
                        outcome.Expected.Action,
                        "Action");
                }
            }
        }
    }

    private static void AddSeveralTenants(PolicySubject subject, FindingList findings)
    {
        foreach (PolicyStatement statement in subject.Source.Document.Statements.Where(statement => statement.Effect == PolicyEffect.Allow))
        {
            Condition? condition = statement.Conditions.FirstOrDefault(
                one => one.Key.Equals(subject.ContextConditionKey, StringComparison.OrdinalIgnoreCase) && !one.Operator.Negated);
            if (condition is { Values.Count: > 1 })
            {
                findings.Add(
                    FindingSeverity.Warning,
                    PolicyFindingCodes.SeveralTenants,
                    statement,
                    $"The key serves {Counted.Of(condition.Values.Count, "tenant")}: {string.Join(", ", condition.Values)}.",
                    subject.Platform.SeparateOrganizations
                        ? "One key for each tenant is best practice; end-user organisations must each have their own."
                        : "One key for each tenant is best practice.",
                    null,
                    null,
                    "Condition",
                    condition.Operator.Name,
                    condition.Key);
            }
        }
    }

    private static string Capital(PolicyStatement statement) => string.Concat("S", statement.ToString().AsSpan(1));
}
