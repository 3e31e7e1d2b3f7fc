using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.State;

/// <summary>All that decides who may read and write a tenant's data, as its last event authenticates it.</summary>
/// <param name="Tenant">The tenant; <see langword="null"/> when there is none.</param>
/// <param name="Providers">Its key providers, in the order of registration.</param>
/// <param name="Keys">Its keys, oldest first.</param>
/// <param name="Migration">Its unfinished migration, if there is one.</param>
/// <param name="Items">Of that migration's items, those that it is decided by: whose new record is there, or whose messages move.</param>
internal sealed record TenantState(
    EncryptionTenant? Tenant, IReadOnlyList<KeyProvider> Providers, IReadOnlyList<KeyEncryptionKey> Keys, KeyMigration? Migration, IReadOnlyList<MigrationItem> Items)
{
    /// <summary>Its digest.</summary>
    public string Digest => StateDigest.Of(this);

    /// <summary>The Active provider; each tenant has one.</summary>
    public KeyProvider Active => Providers.First(provider => provider.Status == KeyProviderStatus.Active);

    /// <summary>The key that wraps; each tenant has one.</summary>
    public KeyEncryptionKey Current => Keys.First(key => key.Status == KeyEncryptionKeyStatus.Current);

    /// <summary>The provider of an id, or <see langword="null"/>.</summary>
    public KeyProvider? FindProvider(string providerId) => Providers.FirstOrDefault(provider => provider.Id == providerId);

    /// <summary>The key of an id, or <see langword="null"/>.</summary>
    public KeyEncryptionKey? FindKey(string kekId) => Keys.FirstOrDefault(key => key.KekId == kekId);
}
