using Newtonsoft.Json;

namespace TenantEncryption.Policies;

/// <summary>What a policy is attached to; it decides which elements a statement must and may have.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum PolicyKind
{
    /// <summary>
    /// The policy of a KMS key: statements name principals. One without Action or Resource has no effect (AWS KMS Developer Guide).
    /// </summary>
    KeyPolicy,

    /// <summary>A policy of a user or role: statements name no principal.</summary>
    IdentityPolicy,

    /// <summary>A role's trust policy: statements name principals and no resource.</summary>
    TrustPolicy,
}
