namespace TenantEncryption.LocalKms.Keys;

/// <summary>The state of a KMS key. The names are the values of <c>KeyMetadata.KeyState</c>.</summary>
internal enum KeyState
{
    Creating,
    Enabled,
    Disabled,
    PendingDeletion,
    PendingReplicaDeletion,
    PendingImport,
    Unavailable,
    Updating,
}
