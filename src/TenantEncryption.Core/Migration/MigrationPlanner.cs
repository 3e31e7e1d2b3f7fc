using System.Globalization;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>Decides what a migration moves, and whether it may.</summary>
internal static class MigrationPlanner
{
    /// <summary>Refuses a target that no migration may have.</summary>
    public static void RefuseTarget(string tenantId, KeyProvider target)
    {
        if (target.TenantId != tenantId)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderNotFound, $"The key provider '{target.Name}' belongs to tenant '{target.TenantId}', not to '{tenantId}'.");
        }

        if (target.Status == KeyProviderStatus.Deactivated)
        {
            throw new TenantEncryptionException(ErrorCodes.ProviderDeactivated, $"The key provider '{target.Name}' is Deactivated.") { KeyArn = target.KeyArn };
        }
    }

    /// <summary>The plan of a migration.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="target">The target, which need not be registered yet.</param>
    /// <param name="mode">What moves.</param>
    /// <param name="callsToTest">How many calls of KMS a test of a provider makes.</param>
    public static async Task<KeyMigrationPlan> PlanAsync(
        IStoreTransaction transaction, string tenantId, KeyProvider target, MigrationMode mode, Func<EncryptionTenant, KeyProvider, int> callsToTest)
    {
        EncryptionTenant tenant = await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        KeyProvider active = (await transaction.Providers.FindActiveAsync(tenantId).ConfigureAwait(false))!;
        bool newKey = target.Status != KeyProviderStatus.Active;
        (IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> movable, int left) = await MovableAsync(transaction, tenantId, target.Id).ConfigureAwait(false);
        bool nothingToDo = !newKey && movable.Count == 0;
        KeyProvider[] sources = [.. movable.Select(one => one.Provider).DistinctBy(provider => provider.Id)];
        return new KeyMigrationPlan
        {
            TenantId = tenantId,
            Mode = mode,
            MigratingFrom = newKey || nothingToDo ? active.Name : string.Join(", ", sources.Select(source => source.Name)),
            MigratingTo = target.Name,
            NewKey = newKey,
            Keks = movable.Count,
            Messages = sources.Sum(provider => provider.MessageCount),
            Values = sources.Sum(provider => provider.ValueCount),
            KmsCalls = nothingToDo ? 0 : callsToTest(tenant, target) + (newKey ? KekRewrapper.CallsToMake(tenant, target) : 0)
                + movable.Sum(one => KekRewrapper.CallsToMove(tenant, one.Provider, target)),
            Refusal = nothingToDo ? null : await FindRefusalAsync(transaction, tenant, active, target).ConfigureAwait(false),
            Warnings = WarningsOf(target),
            Notes = NotesOf(nothingToDo, left),
        };
    }

    /// <summary>Whether keys of a tenant are left with other providers than its Active one, from where they can be moved.</summary>
    public static async Task<bool> HasKeysElsewhereAsync(IStoreTransaction transaction, KeyProvider active)
    {
        (IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> movable, _) =
            await MovableAsync(transaction, active.TenantId, active.Id).ConfigureAwait(false);
        return movable.Count > 0;
    }

    /// <summary>Adds an item for each key that is to move and has none yet.</summary>
    /// <returns>How many were added.</returns>
    public static async Task<int> AddItemsAsync(IStoreTransaction transaction, KeyMigration migration)
    {
        IReadOnlyList<MigrationItem> items = await transaction.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false);
        var known = items.Select(item => item.KekId).ToHashSet(StringComparer.Ordinal);
        int added = 0;
        (IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> movable, _) =
            await MovableAsync(transaction, migration.TenantId, migration.MigratingTo).ConfigureAwait(false);
        foreach ((KeyEncryptionKey key, _) in movable.Where(one => !known.Contains(one.Key.KekId)))
        {
            await transaction.Migrations.PutItemAsync(new MigrationItem { MigrationId = migration.Id, KekId = key.KekId }).ConfigureAwait(false);
            added++;
        }

        return added;
    }

    // Keys of Deactivated providers may not be opened: they stay.
    private static async Task<(IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> Movable, int Left)> MovableAsync(
        IStoreTransaction transaction, string tenantId, string targetId)
    {
        IReadOnlyList<KeyProvider> providers = await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
        var byId = providers.ToDictionary(provider => provider.Id, StringComparer.Ordinal);
        IReadOnlyList<KeyEncryptionKey> keys = await transaction.Keys.ListAsync(tenantId).ConfigureAwait(false);
        var elsewhere = keys.Where(key => key.ProviderId != targetId).Select(key => (Key: key, Provider: byId[key.ProviderId])).ToList();
        var movable = elsewhere.Where(one => one.Provider.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived).ToList();
        return (movable, elsewhere.Count - movable.Count);
    }

    private static async Task<TenantEncryptionException?> FindRefusalAsync(
        IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider active, KeyProvider target)
    {
        try
        {
            RefuseTarget(tenant.TenantId, target);
            PlatformRules.RequireMigration(tenant, active, target);
            await ProviderTransition.RefuseParentAsync(transaction, target).ConfigureAwait(false);
            await transaction.Migrations.RefuseUnfinishedAsync(tenant.TenantId).ConfigureAwait(false);
            return null;
        }
        catch (TenantEncryptionException refusal)
        {
            return refusal;
        }
    }

    // The migration tests the target again, so this is no refusal yet: the key may have been mended.
    private static IReadOnlyList<string> WarningsOf(KeyProvider target) => target.LastTest is null or ErrorCodes.Success
        ? []
        :
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{target.LastTest}: the last test of '{target.Name}', at {target.LastTestedAt:u}, failed. It is tested again first, and nothing moves unless it works."),
        ];

    private static List<string> NotesOf(bool nothingToDo, int left)
    {
        if (nothingToDo)
        {
            return [];
        }

        List<string> notes =
        [
            "Rewrapping changes who is asked from now on; it makes nobody forget: whoever kept an old record and can still use the old provider reads "
                + "what that key protects.",
        ];
        if (left > 0)
        {
            notes.Add($"{Counted.Of(left, "key")} of deactivated providers {(left == 1 ? "stays" : "stay")} with them.");
        }

        return notes;
    }
}
