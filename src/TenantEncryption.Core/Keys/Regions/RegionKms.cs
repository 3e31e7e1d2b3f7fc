using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Regions;

/// <summary>A KMS of which one region alone is asked, and that region's key, whatever region and key the caller names. It does not own the KMS.</summary>
internal sealed class RegionKms(IKms kms, KeyRegion region) : IKms
{
    /// <inheritdoc/>
    public IKmsAdministration Administration => kms.Administration;

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        kms.DescribeKeyAsync(region.Connection, region.KeyArn, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        kms.GenerateDataKeyAsync(region.Connection, region.KeyArn, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        kms.GenerateDataKeyWithoutPlaintextAsync(region.Connection, region.KeyArn, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        kms.EncryptAsync(region.Connection, region.KeyArn, plaintext, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        kms.DecryptAsync(region.Connection, region.KeyArn, ciphertext, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
