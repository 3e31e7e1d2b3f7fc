using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Makes key records and proves them: a record is opened through its provider before anything depends on it, so two KMS calls a record.
/// </summary>
internal sealed class KeyMaker(KeySealer sealer, TimeProvider time)
{
    /// <summary>A new random key, sealed by a provider.</summary>
    public async Task<KeyEncryptionKey> MakeAsync(IKms kms, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        using SecretBytes kek = SecretBytes.Random(KeyRecordCipher.KeyLength);
        return new KeyEncryptionKey
        {
            Record = await SealAsync(kms, kek, Identifiers.New(Identifiers.KekPrefix), tenant, provider, cancellationToken).ConfigureAwait(false),
            Status = KeyEncryptionKeyStatus.Current,
            CreatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>Opens a key through the provider that seals it: one call.</summary>
    public Task<SecretBytes> OpenAsync(IKms kms, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken) =>
        sealer.OpenAsync(kms, record, provider, cancellationToken);

    /// <summary>Seals a key under a provider and opens it again: two calls.</summary>
    public Task<KeyRecord> SealAsync(
        IKms kms, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken) =>
        sealer.SealProvenAsync(kms, kek, kekId, tenant, provider, cancellationToken);
}
