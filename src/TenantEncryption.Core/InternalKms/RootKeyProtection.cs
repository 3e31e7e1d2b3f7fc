using Newtonsoft.Json;

namespace TenantEncryption.Keys.Root;

/// <summary>How the root key of the internal KMS is kept.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum RootKeyProtection
{
    /// <summary>In a file that only its owner can read (mode 0600 in a folder of mode 0700).</summary>
    File,

    /// <summary>In a file sealed by Windows for the current user.</summary>
    DpapiUser,

    /// <summary>In a file sealed by Windows for the machine.</summary>
    DpapiMachine,

    /// <summary>In the store, sealed under a passphrase.</summary>
    Passphrase,

    /// <summary>In the store, sealed under a key in AWS KMS.</summary>
    Kms,
}
