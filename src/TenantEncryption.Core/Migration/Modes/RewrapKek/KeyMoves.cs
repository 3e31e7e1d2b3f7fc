using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>The keys that are to move to a provider.</summary>
internal static class KeyMoves
{
    /// <summary>Adds an item for each key that is to move and has none yet.</summary>
    /// <returns>How many were added.</returns>
    public static async Task<int> AddItemsAsync(IStoreTransaction transaction, KeyMigration migration)
    {
        IReadOnlyList<MigrationItem> items = await transaction.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false);
        var known = items.Select(item => item.KekId).ToHashSet(StringComparer.Ordinal);
        int added = 0;
        (IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> movable, _) =
            await ListAsync(transaction, migration.TenantId, migration.MigratingTo).ConfigureAwait(false);
        foreach ((KeyEncryptionKey key, _) in movable.Where(one => !known.Contains(one.Key.KekId)))
        {
            await transaction.Migrations.PutItemAsync(new MigrationItem { MigrationId = migration.Id, KekId = key.KekId }).ConfigureAwait(false);
            added++;
        }

        return added;
    }

    /// <summary>The keys of other providers. Those of Deactivated ones may not be opened: they stay.</summary>
    /// <returns>The keys that move, and how many stay.</returns>
    public static async Task<(IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> Movable, int Left)> ListAsync(
        IStoreTransaction transaction, string tenantId, string targetId)
    {
        IReadOnlyList<KeyProvider> providers = await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
        var byId = providers.ToDictionary(provider => provider.Id, StringComparer.Ordinal);
        IReadOnlyList<KeyEncryptionKey> keys = await transaction.Keys.ListAsync(tenantId).ConfigureAwait(false);
        var elsewhere = keys.Where(key => key.ProviderId != targetId).Select(key => (Key: key, Provider: byId[key.ProviderId])).ToList();
        var movable = elsewhere.Where(one => one.Provider.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived).ToList();
        return (movable, elsewhere.Count - movable.Count);
    }

    /// <summary>What the user should know before.</summary>
    /// <param name="left">How many keys stay.</param>
    public static IReadOnlyList<string> NotesOf(int left)
    {
        const string NobodyForgets =
            "Rewrapping changes who is asked from now on; it makes nobody forget: whoever kept an old record and can still use the old provider reads "
                + "what that key protects.";
        return left == 0
            ? [NobodyForgets]
            : [NobodyForgets, $"{Counted.Of(left, "key")} of deactivated providers {(left == 1 ? "stays" : "stay")} with them."];
    }
}
