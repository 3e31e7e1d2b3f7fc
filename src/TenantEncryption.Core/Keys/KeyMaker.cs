using TenantEncryption.Changes;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Sources;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Makes key records and proves them: a record is opened through its provider before anything depends on it, so two KMS calls a record.
/// </summary>
internal sealed class KeyMaker(KeySealer sealer, ProviderRegions regions, TimeProvider time)
{
    /// <summary>How many calls of KMS making a key takes, or sealing one that is at hand.</summary>
    public static int CallsToMake(EncryptionTenant tenant, KeyProvider provider) =>
        KeySources.CallsToMakeProven(tenant, provider) + RequiredGrant.CallsToSee(tenant, provider);

    /// <summary>How many calls of KMS opening a key takes.</summary>
    public static int CallsToOpen(EncryptionTenant tenant, KeyProvider provider) =>
        KeySources.CallsToOpen(provider) + RequiredGrant.CallsToSee(tenant, provider);

    /// <summary>A new random key, sealed by a provider.</summary>
    public async Task<KeyEncryptionKey> MakeAsync(Operation operation, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        using SecretBytes kek = SecretBytes.Random(KeyRecordCipher.KeyLength);
        return new KeyEncryptionKey
        {
            Record = await SealAsync(operation, kek, Identifiers.New(Identifiers.KekPrefix), tenant, provider, cancellationToken).ConfigureAwait(false),
            ProviderName = provider.Name,
            Status = KeyEncryptionKeyStatus.Current,
            CreatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>Opens a key through the provider that seals it: one call.</summary>
    public Task<SecretBytes> OpenAsync(Operation operation, KeyRecord record, KeyProvider provider, CancellationToken cancellationToken) =>
        sealer.OpenAsync(regions.For(operation, provider), record, provider, cancellationToken);

    /// <summary>Seals a key under a provider and opens it again: two calls.</summary>
    public Task<KeyRecord> SealAsync(
        Operation operation, SecretBytes kek, string kekId, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        RequiredGrant.RequireKnown(tenant, provider);
        return sealer.SealProvenAsync(regions.For(operation, provider), kek, kekId, tenant, provider, cancellationToken);
    }
}
