using Newtonsoft.Json;

namespace TenantEncryption.Migration;

/// <summary>What a migration moves.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum MigrationMode
{
    /// <summary>The keys: each key-encryption key is opened by its provider and sealed by the target. No message is touched.</summary>
    RewrapKek,
}
