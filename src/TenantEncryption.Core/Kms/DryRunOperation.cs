namespace TenantEncryption.Kms;

/// <summary>The operations whose permission can be asked without doing them.</summary>
public enum DryRunOperation
{
    /// <summary>kms:GenerateDataKey.</summary>
    GenerateDataKey,

    /// <summary>kms:GenerateDataKeyWithoutPlaintext.</summary>
    GenerateDataKeyWithoutPlaintext,

    /// <summary>kms:Encrypt.</summary>
    Encrypt,
}
