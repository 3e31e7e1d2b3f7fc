namespace TenantEncryption.Platforms;

/// <summary>The operation of AWS KMS by which a provider's share is made: platforms grant one or the other.</summary>
public enum ShareOperation
{
    /// <summary>One call gives the share in both forms.</summary>
    GenerateDataKey,

    /// <summary>One call gives the sealed form; <c>Decrypt</c> opens it.</summary>
    GenerateDataKeyWithoutPlaintext,
}
