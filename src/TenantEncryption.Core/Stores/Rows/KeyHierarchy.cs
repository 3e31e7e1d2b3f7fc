using Newtonsoft.Json;

namespace TenantEncryption.Tenants;

/// <summary>How a tenant's data-encryption keys are wrapped.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyHierarchy
{
    /// <summary>CMK → KEK → DEK: one KMS call makes a key-encryption key that serves many messages.</summary>
    Hierarchical,

    /// <summary>
    /// CMK → DEK: each data-encryption key comes straight from KMS, one call a message, and any AWS Encryption SDK reads the
    /// message with nothing but the CMK. It applies while a CMK is Active.
    /// </summary>
    Direct,
}
