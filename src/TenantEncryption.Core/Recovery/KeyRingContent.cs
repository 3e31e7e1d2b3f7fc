using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Recovery;

/// <summary>What an exported key ring holds.</summary>
/// <param name="StoreId">The store that it comes from.</param>
/// <param name="ExportedAt">When it was exported.</param>
/// <param name="Tenant">The tenant, without its platform's rules.</param>
/// <param name="Platform">The tenant's platform.</param>
/// <param name="Providers">Its key providers that were ever Active.</param>
/// <param name="Keys">Its keys, oldest first. What is the internal KMS's of their records is sealed under the passphrase.</param>
internal sealed record KeyRingContent(
    string StoreId, DateTimeOffset ExportedAt, EncryptionTenant Tenant, KeyRingPlatform Platform, IReadOnlyList<KeyProvider> Providers, IReadOnlyList<KeyEncryptionKey> Keys)
{
    /// <summary>The provider of a key; the text was read only if there is one.</summary>
    public KeyProvider ProviderOf(KeyEncryptionKey key) => Providers.First(provider => provider.Id == key.ProviderId);
}
