namespace TenantEncryption.Migration;

/// <summary>What a migration moves.</summary>
public enum MigrationMode
{
    /// <summary>The keys: each key-encryption key is opened by its provider and sealed by the target. No message is touched.</summary>
    RewrapKek,
}
