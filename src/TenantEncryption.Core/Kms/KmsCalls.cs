namespace TenantEncryption.Kms;

/// <summary>The calls of KMS that use keys, each with its name in CloudTrail.</summary>
internal static class KmsCalls
{
    /// <inheritdoc cref="IKms.DescribeKeyAsync"/>
    public static Task<KmsKeyDescription> DescribeKeyAsync(this IKmsChannel kms, KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsKeyDescription>("DescribeKey", connection, keyId, (api, there, key) => api.DescribeKeyAsync(there, key, cancellationToken)),
            cancellationToken);

    /// <inheritdoc cref="IKms.GenerateDataKeyAsync"/>
    public static Task<KmsDataKey> GenerateDataKeyAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsDataKey>(
                "GenerateDataKey", connection, keyId, (api, there, key) => api.GenerateDataKeyAsync(there, key, encryptionContext, cancellationToken))
            { EncryptionContext = encryptionContext },
            cancellationToken);

    /// <inheritdoc cref="IKms.GenerateDataKeyWithoutPlaintextAsync"/>
    public static Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        this IKmsChannel kms, KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsCiphertext>(
                "GenerateDataKeyWithoutPlaintext",
                connection,
                keyId,
                (api, there, key) => api.GenerateDataKeyWithoutPlaintextAsync(there, key, encryptionContext, cancellationToken))
            { EncryptionContext = encryptionContext },
            cancellationToken);

    /// <inheritdoc cref="IKms.EncryptAsync"/>
    public static Task<KmsCiphertext> EncryptAsync(
        this IKmsChannel kms,
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsCiphertext>(
                "Encrypt", connection, keyId, (api, there, key) => api.EncryptAsync(there, key, plaintext, encryptionContext, cancellationToken))
            { EncryptionContext = encryptionContext },
            cancellationToken);

    /// <inheritdoc cref="IKms.DecryptAsync"/>
    public static Task<KmsPlaintext> DecryptAsync(
        this IKmsChannel kms,
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        kms.SendAsync(
            new KmsRequest<KmsPlaintext>(
                "Decrypt", connection, keyId, (api, there, key) => api.DecryptAsync(there, key, ciphertext, encryptionContext, cancellationToken))
            { EncryptionContext = encryptionContext },
            cancellationToken);

    /// <summary>The KMS of one region alone, and that region's key, whatever region and key a call names.</summary>
    public static IKmsChannel At(this IKmsChannel kms, KmsConnection connection, string keyArn) => new RegionChannel(kms, connection, keyArn);
}
