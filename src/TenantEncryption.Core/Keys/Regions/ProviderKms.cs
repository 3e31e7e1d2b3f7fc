using TenantEncryption.Changes;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Keys.Regions;

/// <summary>The KMS as one operation asks it for one provider: at home, and at a replica when home gives no answer.</summary>
internal sealed class ProviderKms(ProviderRegions regions, Operation operation, KeyProvider provider, KmsAllowance? allowance) : IKms
{
    private readonly SeenGrants _seen = new();

    /// <inheritdoc/>
    public IKmsAdministration Administration => operation.Kms.Administration;

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        operation.Kms.DescribeKeyAsync(connection, keyId, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        regions.CallAsync(
            operation,
            provider,
            allowance,
            _seen,
            encryptionContext,
            kms => kms.GenerateDataKeyAsync(connection, keyId, encryptionContext, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> encryptionContext, CancellationToken cancellationToken) =>
        regions.CallAsync(
            operation,
            provider,
            allowance,
            _seen,
            encryptionContext,
            kms => kms.GenerateDataKeyWithoutPlaintextAsync(connection, keyId, encryptionContext, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        regions.CallAsync(
            operation,
            provider,
            allowance,
            _seen,
            encryptionContext,
            kms => kms.EncryptAsync(connection, keyId, plaintext, encryptionContext, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        regions.CallAsync(
            operation,
            provider,
            allowance,
            _seen,
            encryptionContext,
            kms => kms.DecryptAsync(connection, keyId, ciphertext, encryptionContext, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
