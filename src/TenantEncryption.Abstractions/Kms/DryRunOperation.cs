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

    /// <summary>kms:Decrypt, without a ciphertext (DryRunModifiers, IGNORE_CIPHERTEXT): the permission alone. Endpoints from before 2026 do not know it.</summary>
    Decrypt,
}
