using Newtonsoft.Json;

namespace TenantEncryption.Policies;

/// <summary>Why a request is allowed or refused.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum AccessReason
{
    /// <summary>A statement of the key policy allows the caller.</summary>
    KeyPolicyAllows,

    /// <summary>The key policy leaves it to the caller's account, and an identity policy (or being its root) allows it.</summary>
    IdentityPolicyAllows,

    /// <summary>A grant permits it.</summary>
    GrantAllows,

    /// <summary>A Deny of the key policy.</summary>
    KeyPolicyDenies,

    /// <summary>A Deny of an identity policy.</summary>
    IdentityPolicyDenies,

    /// <summary>No statement of the key policy allows it, and no grant.</summary>
    KeyPolicySilent,

    /// <summary>The key policy would have it, but no identity policy of the caller's account allows it.</summary>
    IdentityPolicySilent,

    /// <summary>
    /// The caller is of another account, and the action works within the key's account alone: whatever allows it has no effect (AWS KMS
    /// Developer Guide, "Allowing users in other accounts to use a KMS key").
    /// </summary>
    NotAcrossAccounts,
}
