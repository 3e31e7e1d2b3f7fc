namespace TenantEncryption.Policies.Access;

/// <summary>
/// Whether a key stays manageable: somebody of its own account must be able to change its policy (AWS KMS Developer Guide, "Default key
/// policy", on the risk of an unmanageable key).
/// </summary>
public static class KeyManageability
{
    private const string PutKeyPolicy = "kms:PutKeyPolicy";

    private static readonly Dictionary<string, string> NoPairs = [];

    /// <summary>A principal of the key's account that may change the policy: the account itself where it is one, else the first that is named.</summary>
    /// <param name="policy">The key policy.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When.</param>
    /// <returns>The principal, or <see langword="null"/> where there is none.</returns>
    public static PolicyPrincipal? FindManager(PolicyDocument policy, string keyArn, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(keyArn);
        string[] arn = keyArn.Split(':');
        PolicyPrincipal root = PolicyPrincipal.Parse($"arn:{arn[1]}:iam::{arn[4]}:root");
        IEnumerable<PolicyPrincipal> named = policy.Statements
            .Where(statement => statement is { Effect: PolicyEffect.Allow, Principal.Negated: false })
            .SelectMany(statement => statement.Principal!.Names)
            .Where(name => name.StartsWith("arn:", StringComparison.Ordinal) && name.Split(':')[4] == arn[4])
            .Select(name => PolicyPrincipal.Parse(name));
        return named.Prepend(root).FirstOrDefault(principal => MayPutPolicy(policy, principal, keyArn, time, identityPolicies: []));
    }

    /// <summary>
    /// Whether a caller could change the policy again, as KMS checks it at PutKeyPolicy: where the policy leaves it to the account, the
    /// caller's identity policies are taken to allow it.
    /// </summary>
    /// <param name="policy">The key policy.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When.</param>
    /// <returns>Whether the policy leaves the way open.</returns>
    public static bool IsManageableBy(PolicyDocument policy, PolicyPrincipal caller, string keyArn, DateTimeOffset time) =>
        MayPutPolicy(policy, caller, keyArn, time, identityPolicies: null);

    private static bool MayPutPolicy(
        PolicyDocument policy, PolicyPrincipal principal, string keyArn, DateTimeOffset time, IReadOnlyList<PolicyDocument>? identityPolicies)
    {
        var request = new AccessRequest
        {
            Principal = principal,
            Action = PutKeyPolicy,
            Resource = keyArn,
            Context = RequestConditions.Of(principal, PutKeyPolicy, keyArn, NoPairs, NoPairs, time),
        };
        return PolicySimulator.Decide(request, new KeyPolicies { KeyPolicy = policy, IdentityPolicies = identityPolicies }).IsAllowed;
    }
}
