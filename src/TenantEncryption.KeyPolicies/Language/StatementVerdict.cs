namespace TenantEncryption.Policies;

/// <summary>Whether one statement or grant applies to a request, and if not, the first of its elements that does not fit.</summary>
/// <param name="Source">What it is part of: the key policy, an identity policy or a grant.</param>
/// <param name="Statement">The statement; <see langword="null"/> for a grant.</param>
/// <param name="Applies">Whether it applies.</param>
/// <param name="Explanation">Why not, or what it does.</param>
public sealed record StatementVerdict(string Source, PolicyStatement? Statement, bool Applies, string Explanation)
{
    /// <inheritdoc/>
    public override string ToString() => Statement is null ? $"{Source}: {Explanation}" : $"{Source}, {Statement}: {Explanation}";

    internal static StatementVerdict Of(PolicyStatement statement, string source, AccessRequest request)
    {
        string? mismatch = Mismatch(statement, request);
        return new StatementVerdict(source, statement, mismatch is null, mismatch ?? $"it applies: {statement.Effect}");
    }

    internal static StatementVerdict Of(PolicyGrant grant, AccessRequest request)
    {
        string? mismatch = grant.MatchGrantee(request.Principal) == PrincipalMatch.None
            ? $"its grantee is {grant.GranteePrincipal}, not {request.Principal}"
            : !grant.Includes(request.Action) ? $"its operations are {string.Join(", ", grant.Operations)}, not {request.Action}"
            : !grant.SourceHolds(request) ? $"it is for requests on behalf of {grant.SourceArn} alone (aws:SourceArn)"
            : !grant.ConstraintsHold(request) ? "its encryption context constraint is not met"
            : null;
        return new StatementVerdict($"grant {grant.GrantId}", null, mismatch is null, mismatch ?? "it applies: Allow");
    }

    private static string? Mismatch(PolicyStatement statement, AccessRequest request) =>
        statement.Principal?.Match(request.Principal) == PrincipalMatch.None ? $"it does not name {request.Principal}"
        : statement.Action is null ? "it has no Action, and so no effect"
        : !statement.Action.Matches(request.Action) ? $"its actions do not include {request.Action}"
        : statement.Resource is null ? "it has no Resource, and so no effect"
        : !statement.Resource.Matches(request.Resource, request.Context) ? $"its resources do not include {request.Resource}"
        : statement.Conditions.FirstOrDefault(condition => !condition.IsMet(request.Context))?.Describe(request.Context);
}
