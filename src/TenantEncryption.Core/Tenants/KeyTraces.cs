using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>
/// What sealed a tenant's keys, now or ever: a backup of the store has the records of its day. A key that was moved to another provider is in older ones under the one before.
/// </summary>
/// <param name="Keys">The keys as they are sealed now.</param>
/// <param name="InternalKms">Whether the root key had a part in any, ever.</param>
/// <param name="MasterKeys">The master keys that seal, or sealed, one by themselves, in ordinal order.</param>
internal sealed record KeyTraces(IReadOnlyList<ShreddedKey> Keys, bool InternalKms, IReadOnlyList<string> MasterKeys)
{
    /// <summary>Reads them from the tenant's rows and its events.</summary>
    public static async Task<KeyTraces> ReadAsync(IStoreTransaction store, string tenantId)
    {
        IReadOnlyList<KeyProvider> providers = await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
        IReadOnlyList<KeyEncryptionKey> keys = await store.Keys.ListAsync(tenantId).ConfigureAwait(false);
        ShreddedKey[] shredded =
            [.. keys.Select(key => new ShreddedKey(key.KekId, key.ProviderName, key.Record.KeyArn, RootKeyLoader.ShareOf(key.Record).Length > 0))];

        // A Pending one may have sealed for a migration that was stopped. Those that are registered no longer are in the events of the tenant; what an archive has
        // of them is not known.
        var sealers = providers.Select(one => (one.KeyArn, one.SecondLayer)).ToHashSet();
        await foreach (EncryptionEvent told in EventPages.ListAsync(store, tenantId, EventTypes.ProviderDeleted).ConfigureAwait(false))
        {
            sealers.Add((told.Data.GetValueOrDefault("keyArn") as string, told.Data.GetValueOrDefault("secondLayer") is true));
        }

        // The internal provider is there from the beginning, Archived where a customer master key was the first.
        bool wasActive = providers.Any(one => one is { Type: KeyProviderType.Internal, PromotedToCurrentAt: not null });
        bool hasArchive = (await store.Events.ListArchivedAsync().ConfigureAwait(false)).ContainsKey(tenantId);
        return new KeyTraces(
            shredded,
            wasActive || hasArchive || sealers.Any(one => one.SecondLayer) || shredded.Any(key => key.InternalKms),
            [.. sealers.Where(one => one is { KeyArn: not null, SecondLayer: false }).Select(one => one.KeyArn!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }
}
