using Newtonsoft.Json;

namespace TenantEncryption.Kms;

/// <summary>
/// The four forms in which AWS KMS takes a key (AWS KMS Developer Guide, "Key identifiers (KeyId)").
/// </summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyIdentifierForm
{
    /// <summary><c>arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab</c>: one key, anywhere.</summary>
    KeyArn,

    /// <summary><c>arn:aws:kms:eu-west-1:111122223333:alias/name</c>: whatever key the alias points to now.</summary>
    AliasArn,

    /// <summary><c>1234abcd-12ab-34cd-56ef-1234567890ab</c>: resolves in the caller's account and region only.</summary>
    KeyId,

    /// <summary><c>alias/name</c>: resolves in the caller's account and region only.</summary>
    AliasName,
}
