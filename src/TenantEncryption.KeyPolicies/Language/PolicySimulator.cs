using TenantEncryption.Policies.Access;

namespace TenantEncryption.Policies;

/// <summary>
/// Decides requests for a KMS key from its policy, the caller's identity policies and the grants, as AWS documents it (AWS KMS
/// Developer Guide, "Authentication and access control"; IAM User Guide, "Policy evaluation logic"). It makes no call: what it
/// can't see (service control policies, session policies, endpoint policies) it does not decide about.
/// </summary>
public static class PolicySimulator
{
    /// <summary>Decides a request for a key.</summary>
    /// <param name="request">Who wants to do what; the resource is the key's ARN.</param>
    /// <param name="policies">What is attached to the key and to the caller.</param>
    /// <returns>The decision and the statement or grant behind it.</returns>
    public static AccessDecision Decide(AccessRequest request, KeyPolicies policies)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policies);
        KmsAction? action = KmsActions.Find(request.Action);
        if (action is { ConcernsKey: false })
        {
            return DecideByIdentity(request, policies.IdentityPolicies);
        }

        if (policies.KeyPolicy.FindDeny(request) is { } denied)
        {
            return new AccessDecision { Reason = AccessReason.KeyPolicyDenies, KeyPolicyStatement = denied };
        }

        AccessDecision identity = DecideByIdentity(request, policies.IdentityPolicies);
        if (identity.IsExplicitDeny)
        {
            return identity;
        }

        bool foreign = request.Principal.Account is { } account && account != request.ResourceAccount;
        if (foreign && action is { AcrossAccounts: false })
        {
            return new AccessDecision { Reason = AccessReason.NotAcrossAccounts };
        }

        AccessDecision decision = action is { KeyPolicyAllows: false }
            ? DecideByGrantee(request, identity, foreign)
            : DecideByKeyPolicy(request, policies.KeyPolicy, identity, foreign);
        return decision.IsAllowed ? decision : DecideByGrants(request, policies.Grants, identity) ?? decision;
    }

    /// <summary>
    /// Decides a request without a key, such as kms:ListKeys, from the identity policies alone. The root user needs none.
    /// </summary>
    /// <param name="request">Who wants to do what.</param>
    /// <param name="identityPolicies">
    /// The caller's policies, or <see langword="null"/> where they can't be seen and are taken to allow.
    /// </param>
    /// <returns>The decision and the statement behind it.</returns>
    public static AccessDecision DecideByIdentity(AccessRequest request, IReadOnlyList<PolicyDocument>? identityPolicies)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Principal.IsAccountRoot || request.Principal.IsService)
        {
            return new AccessDecision { Reason = AccessReason.IdentityPolicyAllows };
        }

        if (identityPolicies is null)
        {
            return new AccessDecision { Reason = AccessReason.IdentityPolicyAllows, AssumesIdentityPolicy = true };
        }

        foreach (PolicyDocument policy in identityPolicies)
        {
            if (policy.FindDeny(request) is { } denied)
            {
                return FromIdentity(AccessReason.IdentityPolicyDenies, policy, denied);
            }
        }

        foreach (PolicyDocument policy in identityPolicies)
        {
            if (policy.FindAllow(request, out _) is { } allowed)
            {
                return FromIdentity(AccessReason.IdentityPolicyAllows, policy, allowed);
            }
        }

        return new AccessDecision { Reason = AccessReason.IdentityPolicySilent };
    }

    /// <summary>Says of every statement and grant why it does or does not apply: the answer to "why was I refused".</summary>
    /// <param name="request">The request.</param>
    /// <param name="policies">What is attached to the key and to the caller.</param>
    /// <returns>One verdict for each statement of the key policy, then of the identity policies, then for each grant.</returns>
    public static IReadOnlyList<StatementVerdict> Explain(AccessRequest request, KeyPolicies policies)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policies);
        StatementVerdict[] verdicts =
        [
            .. policies.KeyPolicy.Statements.Select(statement => StatementVerdict.Of(statement, "key policy", request)),
            .. (policies.IdentityPolicies ?? []).SelectMany(policy =>
                policy.Statements.Select(statement => StatementVerdict.Of(statement, policy.Name ?? "identity policy", request))),
            .. policies.Grants.Select(grant => StatementVerdict.Of(grant, request)),
        ];
        return verdicts;
    }

    // AWS KMS Developer Guide, "Retiring and revoking grants": a key policy does not allow kms:RetireGrant; the account that owns the key passes
    // it on in identity policies, and else the grant itself allows it.
    private static AccessDecision DecideByGrantee(AccessRequest request, AccessDecision identity, bool foreign) =>
        foreign || request.Principal.IsService ? new AccessDecision { Reason = AccessReason.KeyPolicySilent } : identity;

    private static AccessDecision DecideByKeyPolicy(AccessRequest request, PolicyDocument keyPolicy, AccessDecision identity, bool foreign)
    {
        PolicyStatement? statement = keyPolicy.FindAllow(request, out PrincipalMatch match);
        if (statement is null)
        {
            return new AccessDecision { Reason = AccessReason.KeyPolicySilent };
        }

        if (match == PrincipalMatch.Direct && !foreign)
        {
            return new AccessDecision { Reason = AccessReason.KeyPolicyAllows, KeyPolicyStatement = statement };
        }

        // A statement that names the account, and any statement for a caller of another account, needs an identity policy as well.
        AccessReason allowed = match == PrincipalMatch.Direct ? AccessReason.KeyPolicyAllows : AccessReason.IdentityPolicyAllows;
        return identity with { Reason = identity.IsAllowed ? allowed : AccessReason.IdentityPolicySilent, KeyPolicyStatement = statement };
    }

    private static AccessDecision? DecideByGrants(AccessRequest request, IReadOnlyList<PolicyGrant> grants, AccessDecision identity)
    {
        foreach (PolicyGrant grant in grants)
        {
            // A grant to an account is, like a statement that names one, for its identity policies to pass on.
            if (grant.Permits(request) && (identity.IsAllowed || grant.MatchGrantee(request.Principal) == PrincipalMatch.Direct))
            {
                return new AccessDecision { Reason = AccessReason.GrantAllows, Grant = grant };
            }
        }

        return null;
    }

    private static AccessDecision FromIdentity(AccessReason reason, PolicyDocument policy, PolicyStatement statement) =>
        new() { Reason = reason, IdentityPolicyStatement = statement, IdentityPolicyName = policy.Name };
}
