using Newtonsoft.Json;

namespace TenantEncryption.Providers;

/// <summary>What a key provider stands on.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum KeyProviderType
{
    /// <summary>The built-in internal KMS, whose root key is on this machine.</summary>
    Internal,

    /// <summary>A customer master key in AWS KMS.</summary>
    AwsKms,
}
