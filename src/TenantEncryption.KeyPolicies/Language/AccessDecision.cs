namespace TenantEncryption.Policies;

/// <summary>Whether a request is allowed, and what decided.</summary>
public sealed record AccessDecision
{
    /// <summary>Why.</summary>
    public required AccessReason Reason { get; init; }

    /// <summary>Whether the request is allowed.</summary>
    public bool IsAllowed => Reason is AccessReason.KeyPolicyAllows or AccessReason.IdentityPolicyAllows or AccessReason.GrantAllows;

    /// <summary>Whether a Deny statement refused it, rather than the lack of an Allow.</summary>
    public bool IsExplicitDeny => Reason is AccessReason.KeyPolicyDenies or AccessReason.IdentityPolicyDenies;

    /// <summary>The statement of the key policy that allowed, delegated or denied it; <see langword="null"/> where none did.</summary>
    public PolicyStatement? KeyPolicyStatement { get; init; }

    /// <summary>The statement of an identity policy that allowed or denied it; <see langword="null"/> where none did.</summary>
    public PolicyStatement? IdentityPolicyStatement { get; init; }

    /// <summary>The name of the identity policy of <see cref="IdentityPolicyStatement"/>.</summary>
    public string? IdentityPolicyName { get; init; }

    /// <summary>The grant that permitted it; <see langword="null"/> where none did.</summary>
    public PolicyGrant? Grant { get; init; }

    /// <summary>Whether identity policies that can't be seen were taken to allow it.</summary>
    public bool AssumesIdentityPolicy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Reason switch
    {
        AccessReason.KeyPolicyAllows => $"Allowed by the key policy's {KeyPolicyStatement}{Assumption}.",
        AccessReason.IdentityPolicyAllows when IdentityPolicyStatement is not null && KeyPolicyStatement is null =>
            $"Allowed by the identity policy {IdentityPolicyName} in {IdentityPolicyStatement}; it is no affair of the key policy.",
        AccessReason.IdentityPolicyAllows when IdentityPolicyStatement is not null =>
            $"Allowed: the key policy's {KeyPolicyStatement} leaves it to the account, "
            + $"whose identity policy {IdentityPolicyName} allows it in {IdentityPolicyStatement}.",
        AccessReason.IdentityPolicyAllows when KeyPolicyStatement is null => $"Allowed: it is the account's own affair, not the key policy's{Assumption}.",
        AccessReason.IdentityPolicyAllows => $"Allowed: the key policy's {KeyPolicyStatement} leaves it to the account{Assumption}.",
        AccessReason.GrantAllows => $"Allowed by the grant {Grant?.GrantId}.",
        AccessReason.KeyPolicyDenies => $"Denied by the key policy's {KeyPolicyStatement}.",
        AccessReason.IdentityPolicyDenies => $"Denied by the identity policy {IdentityPolicyName} in {IdentityPolicyStatement}.",
        AccessReason.IdentityPolicySilent when KeyPolicyStatement is null => "Denied: no identity policy allows it, and a key policy can't.",
        AccessReason.NotAcrossAccounts =>
            "Denied: the action works within the key's own account alone. Permissions for it have no effect for principals of other accounts.",
        AccessReason.IdentityPolicySilent =>
            $"Denied: the key policy's {KeyPolicyStatement} needs an identity policy of the caller's account, and none allows it.",
        _ => "Denied: no statement of the key policy and no grant allows it.",
    };

    private string Assumption => AssumesIdentityPolicy ? " (provided the caller's own account allows it, which can't be seen)" : "";
}
