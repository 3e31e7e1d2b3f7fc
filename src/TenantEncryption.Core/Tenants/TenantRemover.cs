using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Providers.Grants;
using TenantEncryption.Stores;

namespace TenantEncryption.Tenants;

/// <summary>Removes a tenant with all that the store keeps of it, but for its chain of events: that stays, verifies, and goes on if the tenant is made anew.</summary>
internal sealed class TenantRemover(UnitOfWork work, SessionKeeper session, KeyLeases leases)
{
    /// <summary>Refuses what <see cref="RemoveAsync(string, bool, CancellationToken)"/> would refuse, but for writers at work, and changes nothing.</summary>
    public Task<TenantContents> CheckAsync(string tenantId, bool force, CancellationToken cancellationToken) => work.ReadAsync(
        store => CheckAsync(store, tenantId, force), cancellationToken);

    /// <summary>The same within a transaction.</summary>
    public static async Task<TenantContents> CheckAsync(IStoreTransaction store, string tenantId, bool force) =>
        (await RequireRemovalAsync(store, tenantId, force).ConfigureAwait(false)).Contents;

    /// <summary>Removes it.</summary>
    public Task<TenantContents> RemoveAsync(string tenantId, bool force, CancellationToken cancellationToken) =>
        RemoveAsync(tenantId, force, (_, _) => Task.CompletedTask, cancellationToken);

    /// <summary>Removes it, after something was done in the same transaction.</summary>
    public async Task<TenantContents> RemoveAsync(string tenantId, bool force, Func<Change, TenantContents, Task> before, CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("TenantService.RemoveAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        await session.WatchAsync(await work.ReadAsync(store => ListWritersAsync(store, tenantId), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        (TenantContents contents, IReadOnlyList<KeyProvider> removed) = await work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                await session.SweepAsync(change.Store).ConfigureAwait(false);
                (TenantContents found, IReadOnlyList<KeyProvider> providers) = await RequireRemovalAsync(change.Store, tenantId, force).ConfigureAwait(false);
                foreach (KeyProvider provider in providers)
                {
                    await ProviderTransition.RefuseWritersAsync(change.Store, provider).ConfigureAwait(false);
                }

                await before(change, found).ConfigureAwait(false);
                await RemoveAsync(change, found, providers).ConfigureAwait(false);
                return (found, providers);
            },
            cancellationToken).ConfigureAwait(false);
        leases.Clear(tenantId);
        foreach (KeyProvider provider in removed)
        {
            await GrantMaker.RevokeAsync(operation, provider, GrantMaker.Own(provider)).ConfigureAwait(false);
        }

        return contents;
    }

    private static async Task RemoveAsync(Change change, TenantContents contents, IReadOnlyList<KeyProvider> providers)
    {
        string tenantId = contents.TenantId;
        int migrations = await change.Store.Migrations.RemoveOfTenantAsync(tenantId).ConfigureAwait(false);
        foreach (KeyProvider provider in providers)
        {
            int keys = await change.Store.Keys.RemoveOfProviderAsync(provider.Id).ConfigureAwait(false);
            JObject data = ProviderData.Of(provider);
            data["removedKeys"] = keys;
            data["removedMessages"] = provider.MessageCount;
            change.Record(EventTypes.ProviderDeleted, tenantId, data);
        }

        await change.Store.Catalog.RemoveOfTenantAsync(tenantId).ConfigureAwait(false);
        foreach (KeyProvider provider in providers)
        {
            await change.Store.Providers.RemoveAsync(provider.Id).ConfigureAwait(false);
        }

        await change.RemoveTenantAsync(tenantId).ConfigureAwait(false);
        change.Record(
            EventTypes.TenantRemoved,
            tenantId,
            new JObject
            {
                ["removedProviders"] = contents.Providers,
                ["removedKeys"] = contents.Keys,
                ["removedMessages"] = contents.Messages,
                ["removedValues"] = contents.Values,
                ["removedMigrations"] = migrations,
            });
    }

    private static async Task<(TenantContents Contents, IReadOnlyList<KeyProvider> Providers)> RequireRemovalAsync(
        IStoreTransaction store, string tenantId, bool force)
    {
        EncryptionTenant tenant = await store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        await RefuseChildrenAsync(store, tenant).ConfigureAwait(false);
        await store.Migrations.RefuseUnfinishedAsync(tenantId).ConfigureAwait(false);
        IReadOnlyList<KeyProvider> providers = await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
        var contents = new TenantContents
        {
            TenantId = tenantId,
            Providers = providers.Count,
            Keys = (int)providers.Sum(provider => provider.KeyCount),
            Messages = await store.Catalog.CountAsync(tenantId).ConfigureAwait(false),
            Values = providers.Sum(provider => provider.ValueCount),
        };
        return force || contents.Messages + contents.Values == 0
            ? (contents, providers)
            : throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Tenant '{tenantId}' has {Counted.Of(contents.Messages, "file")} and up to {Counted.Of(contents.Values, "value")} outside the catalog, which would be lost for good.",
                remedy: $"Read what is still needed first (TenantDataProtector.ListCatalogAsync(tenantId: '{tenantId}') lists the files), or force it. Those that were deleted hold it back until the catalog lets go of them (CatalogUpdate.RemoveMissingAsync).");
    }

    private static async Task RefuseChildrenAsync(IStoreTransaction store, EncryptionTenant tenant)
    {
        IReadOnlyList<string> children = await ProviderTransition.ListChildrenAsync(store, tenant).ConfigureAwait(false);
        if (children.Count > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Tenant '{tenant.TenantId}' is the parent of {string.Join(", ", children)}.",
                remedy: "Remove its children first (TenantService.RemoveAsync).");
        }
    }

    private static async Task<IReadOnlyCollection<string>> ListWritersAsync(IStoreTransaction store, string tenantId)
    {
        var writers = new List<string>();
        foreach (KeyProvider provider in await store.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false))
        {
            writers.AddRange(await store.Keys.ListWritersAsync(provider.Id).ConfigureAwait(false));
        }

        return writers;
    }
}
