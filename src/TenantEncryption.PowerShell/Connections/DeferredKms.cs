using TenantEncryption.Kms;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Makes the KMS adapter at the first call, so that who never leaves the internal KMS never loads the AWS SDK.</summary>
/// <param name="create">Makes the adapter.</param>
internal sealed class DeferredKms(Func<IKms> create) : IKms
{
    private readonly Lazy<IKms> _kms = new(create);

    /// <inheritdoc/>
    public IKmsAdministration Administration => _kms.Value.Administration;

    /// <inheritdoc/>
    public Task<KmsKeyDescription> DescribeKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        _kms.Value.DescribeKeyAsync(connection, keyId, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsDataKey> GenerateDataKeyAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _kms.Value.GenerateDataKeyAsync(connection, keyId, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> GenerateDataKeyWithoutPlaintextAsync(
        KmsConnection connection,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _kms.Value.GenerateDataKeyWithoutPlaintextAsync(connection, keyId, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsCiphertext> EncryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> plaintext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _kms.Value.EncryptAsync(connection, keyId, plaintext, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public Task<KmsPlaintext> DecryptAsync(
        KmsConnection connection,
        string keyId,
        ReadOnlyMemory<byte> ciphertext,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        _kms.Value.DecryptAsync(connection, keyId, ciphertext, encryptionContext, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_kms.IsValueCreated)
        {
            _kms.Value.Dispose();
        }
    }
}
