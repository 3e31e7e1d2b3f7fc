using TenantEncryption.Policies.Conditions;

namespace TenantEncryption.Policies.Access;

/// <summary>
/// Whether a key stays manageable: somebody of its own account must be able to change its policy (AWS KMS Developer Guide, "Default key
/// policy", on the risk of an unmanageable key).
/// </summary>
public static class KeyManageability
{
    private const string PutKeyPolicy = "kms:PutKeyPolicy";

    private static readonly Dictionary<string, string> NoPairs = [];
    private static readonly Dictionary<string, IReadOnlyList<string>> NoConditions = [];

    /// <summary>
    /// Whether a request for kms:PutKeyPolicy would be allowed by a policy, as KMS checks it before it takes the policy: identity policies
    /// come and go, so that where the policy leaves it to the account they are taken to allow it.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="again">The request.</param>
    /// <returns>Whether the policy leaves the way open.</returns>
    public static bool IsManageableBy(PolicyDocument policy, AccessRequest again) =>
        PolicySimulator.Decide(again, new KeyPolicies { KeyPolicy = policy, IdentityPolicies = null }).IsAllowed;

    /// <summary>Whether somebody of the key's account can change the policy: its root user, a principal that the policy names, or one that a condition excepts.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When.</param>
    /// <returns>The verdict.</returns>
    public static ManageabilityVerdict Judge(PolicyDocument policy, string keyArn, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(keyArn);
        ManageabilityVerdict best = new(Manageability.No, null, []);
        foreach (PolicyPrincipal principal in ManagerCandidates.Of(policy, keyArn))
        {
            ManageabilityVerdict verdict = Judge(policy, principal, keyArn, time);
            if (verdict.Answer > best.Answer)
            {
                best = verdict;
            }
        }

        return best;
    }

    /// <summary>Whether one principal can change the policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="principal">The principal.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When.</param>
    /// <returns>The verdict.</returns>
    public static ManageabilityVerdict Judge(PolicyDocument policy, PolicyPrincipal principal, string keyArn, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(principal);
        var request = new AccessRequest
        {
            Principal = principal,
            Action = PutKeyPolicy,
            Resource = keyArn,
            Context = RequestConditions.Of(principal, PutKeyPolicy, keyArn, NoPairs, NoConditions, time),
        };
        if (IsManageableBy(policy, request))
        {
            return new ManageabilityVerdict(Manageability.Yes, principal, []);
        }

        PolicyStatement[] meant = [.. policy.Statements.Where(statement => statement.Principal!.Match(principal) != PrincipalMatch.None)];
        PolicyStatement[] denies = [.. meant.Where(statement => statement.Effect == PolicyEffect.Deny && statement.Covers(request))];
        PolicyStatement[] allows = [.. meant.Where(statement => statement.Effect == PolicyEffect.Allow && Might(statement, request))];
        PolicyStatement[] deciding = allows.Any(statement => statement.Covers(request)) ? denies : [.. denies, .. allows];
        return principal.Account == request.ResourceAccount && allows.Length > 0 && denies.All(deny => deny.Conditions.Any(condition => IsOpen(condition, request)))
            ? new ManageabilityVerdict(Manageability.Depends, principal, deciding)
            : new ManageabilityVerdict(Manageability.No, null, []);
    }

    // Whether it covers the request, or would if the request had what can't be known of it.
    private static bool Might(PolicyStatement statement, AccessRequest request) =>
        statement.Action?.Matches(request.Action) == true
        && statement.Resource?.Matches(request.Resource, request.Context) == true
        && statement.Conditions.All(condition => condition.IsMet(request.Context) || IsOpen(condition, request));

    private static bool IsOpen(Condition condition, AccessRequest request) =>
        request.Context.Find(condition.Key) is null && KmsActions.Find(request.Action)!.Takes(condition.Key);
}
