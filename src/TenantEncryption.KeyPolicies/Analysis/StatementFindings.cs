using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Conditions;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Findings.Causes;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Templates;

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
                subject.Meant(statement) is { } meant ? AsPlatform(subject, statement, meant, "Principal") : [],
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
                WithoutDeleted(subject, statement, id),
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
                "Complete it or remove it.",
                subject.Meant(statement) is { } incomplete
                    ? [.. AsPlatform(subject, statement, incomplete, "Action").Where(_ => statement.Action is null), .. AsPlatform(subject, statement, incomplete, "Resource").Where(_ => statement.Resource is null)]
                    : [PolicyEdit.RemoveStatement(PolicyPlace.Of(statement))]);
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
                    $"{Capital(statement)} allows {(statement.Action.Negated ? "everything but " : "")}{string.Join(", ", statement.Action.Names)} to principals outside the key's account {subject.KeyAccount}.",
                    "Allow only what they need: the platform's principals what the platform's statement has.",
                    Confined(subject, statement),
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
                [.. Lesser(subject, statement).Select(other => PolicyEdit.Remove(PolicyPlace.Of(other, "Sid")))],
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
                        Confined(subject, statement),
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
                    [],
                    null,
                    null,
                    "Condition",
                    condition.Operator.Name,
                    condition.Key);
            }
        }
    }

    private static PolicyEdit[] AsPlatform(PolicySubject subject, PolicyStatement statement, RenderedStatement meant, string element) =>
        [.. new StatementComparison(subject, statement, meant, []).AsPlatform(element)];

    // KMS does not take the id back. Where nobody else is named, the platform's principals take its place, or the statement goes.
    private static PolicyEdit[] WithoutDeleted(PolicySubject subject, PolicyStatement statement, string id) =>
        !statement.Principal!.Names.All(PrincipalSyntax.IsUniqueId) ? [PolicyEdit.Remove(PolicyPlace.Of(statement, "Principal", "AWS"), id)]
        : subject.Meant(statement) is { } meant ? AsPlatform(subject, statement, meant, "Principal")
        : [PolicyEdit.RemoveStatement(PolicyPlace.Of(statement))];

    // The platform's own statement gets its actions; from another the platform's principals go, if others remain.
    private static PolicyEdit[] Confined(PolicySubject subject, PolicyStatement statement)
    {
        if (subject.Meant(statement) is { } meant)
        {
            return Separation.IsNeeded(subject, statement, meant) ? [.. Separation.Of(subject, statement)] : AsPlatform(subject, statement, meant, "Action");
        }

        string[] own = [.. statement.Principal!.Names.Where(name => subject.Outcomes.Any(
            outcome => outcome.Expected.Principal.IsNamed(name) || (!subject.IsOwn(name) && outcome.Expected.Principal.AccountNames.Contains(name))))];
        return statement.Principal.Anyone || statement.Principal.Negated || own.Length == 0 ? []
            : own.Length == statement.Principal.Names.Count ? [PolicyEdit.RemoveStatement(PolicyPlace.Of(statement))]
            : [PolicyEdit.Remove(PolicyPlace.Of(statement, "Principal", "AWS"), own)];
    }

    // Of those with one Sid, the platform's keeps it, or else the first.
    private static IEnumerable<PolicyStatement> Lesser(PolicySubject subject, PolicyStatement second)
    {
        PolicyStatement[] same = [.. subject.Source.Document.Statements.Where(statement => statement.Sid == second.Sid)];
        RenderedStatement? wanted = subject.Statements.FirstOrDefault(statement => statement.Sid == second.Sid);
        PolicyStatement keeps = wanted is null ? same[0] : subject.Find(wanted.Statement).FirstOrDefault(same.Contains) ?? same[0];
        return same.Where(statement => statement != keeps);
    }

    private static string Capital(PolicyStatement statement) => string.Concat("S", statement.ToString().AsSpan(1));
}
