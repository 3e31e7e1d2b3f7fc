using Newtonsoft.Json;

namespace TenantEncryption.Migration;

/// <summary>What a migration moves.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum MigrationMode
{
    /// <summary>The keys: each key-encryption key is opened by its provider and sealed by the target. No message is touched.</summary>
    RewrapKek,

    /// <summary>
    /// The messages: each is written anew, under another key-encryption key, data key and message id, frame to frame, so that nothing depends on the old
    /// keys any more.
    /// </summary>
    Reencrypt,
}
