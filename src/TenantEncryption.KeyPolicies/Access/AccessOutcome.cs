namespace TenantEncryption.Policies.Access;

/// <summary>An expectation and what a policy makes of it.</summary>
/// <param name="Expected">The request and what must become of it.</param>
/// <param name="Decision">What the policy and the grants decide.</param>
internal sealed record AccessOutcome(ExpectedAccess Expected, AccessDecision Decision)
{
    /// <summary>
    /// Whether the policy leaves the request to the identity policies of the caller's account, which can't be seen, as it names the
    /// account rather than the caller.
    /// </summary>
    public bool IsDelegated => Decision.Reason is AccessReason.IdentityPolicyAllows && Decision.AssumesIdentityPolicy;

    /// <summary>Whether the simulator can tell: a condition such as one on the time needs the real request.</summary>
    public bool IsDecidable => Expected.Undecidable.Count == 0;

    /// <summary>
    /// Whether what must become of the request does. An account's own principals may be allowed by its own identity policies; that is
    /// no breach of the key policy.
    /// </summary>
    public bool IsMet => Expected.Expectation == AccessExpectation.Allowed
        ? Decision.IsAllowed
        : !Decision.IsAllowed || (IsDelegated && Expected.Principal.Account == KeyAccount);

    internal string? KeyAccount { get; init; }

    /// <summary>Decides requests by a key policy and grants. Identity policies can't be seen and are taken to allow.</summary>
    /// <param name="expected">The requests.</param>
    /// <param name="policy">The key policy.</param>
    /// <param name="grants">The key's grants.</param>
    /// <param name="keyArn">The key's ARN.</param>
    /// <param name="time">When the requests are made.</param>
    /// <returns>One outcome for each.</returns>
    public static IReadOnlyList<AccessOutcome> Decide(
        IEnumerable<ExpectedAccess> expected, PolicyDocument policy, IReadOnlyList<PolicyGrant> grants, string keyArn, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(keyArn);
        var policies = new KeyPolicies { KeyPolicy = policy, IdentityPolicies = null, Grants = grants };
        string? account = keyArn.Split(':', 6) is [_, _, _, _, var owner, _] ? owner : null;
        return
        [
            .. expected.Select(access => new AccessOutcome(access, PolicySimulator.Decide(access.ToRequest(keyArn, time), policies)) { KeyAccount = account }),
        ];
    }
}
