using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Findings;

/// <summary>Why no Allow of a policy allows a request: what is wrong with the statement that comes nearest.</summary>
internal sealed record RefusalCause(string Code, PolicyStatement? Statement, string Observed, string Remedy, params string[] Element)
{
    /// <summary>The cause.</summary>
    /// <param name="request">The request, which no statement allows.</param>
    /// <param name="sid">The platform's statement that it follows from.</param>
    /// <param name="subject">The policy.</param>
    public static RefusalCause Of(AccessRequest request, string sid, PolicySubject subject)
    {
        // The platform's own statement first, where the policy has it.
        PolicyStatement[] naming =
        [
            .. subject.Source.Document.Statements
                .Where(statement => statement.Effect == PolicyEffect.Allow && statement.Principal!.Match(request.Principal) != PrincipalMatch.None)
                .OrderByDescending(statement => statement.Sid == sid),
        ];
        if (naming.Length == 0)
        {
            return MissingPrincipal(request, sid, subject);
        }

        PolicyStatement[] permitting = [.. naming.Where(statement => statement.Action?.Matches(request.Action) == true)];
        if (permitting.Length == 0)
        {
            return new RefusalCause(
                PolicyFindingCodes.MissingAction,
                naming[0],
                $"No statement that names the principal allows {request.Action}; {naming[0]} allows {ActionsOf(naming[0])}.",
                $"Add {request.Action} to its Action.",
                "Action");
        }

        PolicyStatement[] covering = [.. permitting.Where(statement => statement.Resource?.Matches(request.Resource, request.Context) == true)];
        if (covering.Length == 0)
        {
            return new RefusalCause(
                PolicyFindingCodes.WrongResource,
                permitting[0],
                $"The Resource of {permitting[0]} is not this key ({request.Resource}).",
                "In a key policy use \"Resource\": \"*\", which means the key itself.",
                "Resource");
        }

        PolicyStatement nearest = covering.OrderBy(statement => statement.Conditions.Count(condition => !condition.IsMet(request.Context))).First();
        return OfCondition(nearest, nearest.Conditions.First(condition => !condition.IsMet(request.Context)), request, subject);
    }

    private static RefusalCause OfCondition(PolicyStatement statement, Condition condition, AccessRequest request, PolicySubject subject)
    {
        string[] element = ["Condition", condition.Operator.Name, condition.Key];
        string listed = string.Join(", ", condition.Values.Select(value => $"'{value}'"));
        if (condition.Key.Equals(subject.ContextConditionKey, StringComparison.OrdinalIgnoreCase))
        {
            string wanted = request.EncryptionContext.GetValueOrDefault(subject.Platform.ContextKey) ?? "";
            string? otherCase = condition.Values.FirstOrDefault(value => value.Equals(wanted, StringComparison.OrdinalIgnoreCase));
            string hint = otherCase is not null ? $" '{otherCase}' differs by case, and ids are compared exactly."
                : condition.Values.Any(value => value.Trim() == wanted) ? " One differs by white space." : "";
            return new RefusalCause(
                PolicyFindingCodes.WrongContextValue,
                statement,
                $"The condition on {condition.Key} of {statement} lists {listed}, not '{wanted}'.{hint}",
                $"Add '{wanted}' to the list.",
                element);
        }

        return AccessFindings.IsContextKey(condition.Key)
            ? new RefusalCause(
                PolicyFindingCodes.WrongContextKey,
                statement,
                $"The condition of {statement} is on {condition.Key}; the platform's encryption context has {subject.Platform.ContextKey}.",
                $"Put the tenant ids under {subject.ContextConditionKey}.",
                element)
            : new RefusalCause(
                PolicyFindingCodes.ConditionNotMet,
                statement,
                $"In {statement}, {condition.Describe(request.Context)}.",
                "Take the condition out, or except the platform's principals from it.",
                element);
    }

    private static RefusalCause MissingPrincipal(AccessRequest request, string sid, PolicySubject subject)
    {
        string remedy = $"Add the platform's statement '{sid}' (Get-KeyPolicy -StatementOnly shows it).";
        if (subject.FindBySid(sid) is not { } statement)
        {
            string? like = Similar(request, subject);
            return new RefusalCause(
                PolicyFindingCodes.MissingPrincipal,
                null,
                $"No statement names the principal, and there is none with the Sid '{sid}'.{(like is null ? "" : $" There is a similar name, {like}.")}",
                remedy);
        }

        string[] names = [.. statement.Principal!.Names.Order(StringComparer.Ordinal)];
        string[] deleted = [.. names.Where(PrincipalSyntax.IsUniqueId)];
        string seen = statement.Effect == PolicyEffect.Deny ? $"{statement} is a Deny."
            : $"{statement} names {string.Join(", ", names)}.";
        string hint = deleted.Length == 0 ? ""
            : $" {string.Join(", ", deleted)} is the id of a user or role that was deleted: a new one of the same name is not meant.";
        return new RefusalCause(
            PolicyFindingCodes.MissingPrincipal,
            statement,
            $"No Allow names the principal; {seen}{hint}",
            deleted.Length == 0 ? "Name the platform's principals in it." : "Put the principal's ARN in the place of the id.",
            "Principal");
    }

    // The same role of another account, or another role of the same account: a slip of the pen.
    private static string? Similar(AccessRequest request, PolicySubject subject) => subject.Source.Document.Statements
        .Where(statement => statement.Effect == PolicyEffect.Allow)
        .SelectMany(statement => statement.Principal!.Names)
        .FirstOrDefault(name => name.Split(':', 6) is [_, _, _, _, var account, var resource]
            && request.Principal.Arn.Split(':', 6) is [_, _, _, _, var wantedAccount, var wanted]
            && (resource == wanted || (account == wantedAccount && resource != "root")));

    private static string ActionsOf(PolicyStatement statement) => statement.Action is null
        ? "nothing, as it has no Action"
        : $"{(statement.Action.Negated ? "all but " : "")}{string.Join(", ", statement.Action.Names)}";
}
