using Newtonsoft.Json;

namespace TenantEncryption.Platforms;

/// <summary>How KMS is asked for the share that seals a key-encryption key.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ShareOperation
{
    /// <summary>One call, kms:GenerateDataKey.</summary>
    GenerateDataKey,

    /// <summary>Two calls, kms:GenerateDataKeyWithoutPlaintext and kms:Decrypt, for a platform that is granted no other.</summary>
    GenerateDataKeyWithoutPlaintext,
}
