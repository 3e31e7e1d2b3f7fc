using Newtonsoft.Json;

namespace TenantEncryption.Tenants;

/// <summary>What a shredding can't reach.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum UnreachedCopyKind
{
    /// <summary>A key ring that was exported into a file.</summary>
    KeyRing,

    /// <summary>A root key that was exported into a file.</summary>
    RootKey,

    /// <summary>A root key that this machine does not keep: on other machines, in backups, under a passphrase.</summary>
    RootKeyElsewhere,

    /// <summary>A customer master key, which opens records in backups of the store.</summary>
    MasterKey,

    /// <summary>Events in an archive, which may tell of more.</summary>
    ArchivedEvents,

    /// <summary>What was decrypted before.</summary>
    Plaintext,
}
