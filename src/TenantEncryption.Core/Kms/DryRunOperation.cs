using Newtonsoft.Json;

namespace TenantEncryption.Kms;

/// <summary>The operations whose permission can be asked without doing them.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum DryRunOperation
{
    /// <summary>kms:GenerateDataKey.</summary>
    GenerateDataKey,

    /// <summary>kms:GenerateDataKeyWithoutPlaintext.</summary>
    GenerateDataKeyWithoutPlaintext,

    /// <summary>kms:Encrypt.</summary>
    Encrypt,
}
