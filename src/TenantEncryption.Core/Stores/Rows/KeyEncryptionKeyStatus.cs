using Newtonsoft.Json;

namespace TenantEncryption.Keys;

/// <summary>What a key-encryption key does.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyEncryptionKeyStatus
{
    /// <summary>Wraps new data-encryption keys. Exactly one key of a tenant is Current.</summary>
    Current,

    /// <summary>Was Current; unwraps what it wrapped.</summary>
    Previous,
}
