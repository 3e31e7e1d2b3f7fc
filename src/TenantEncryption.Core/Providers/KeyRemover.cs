using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>Removes a key-encryption key that wraps no longer.</summary>
internal sealed class KeyRemover(UnitOfWork work, SessionKeeper session, TimeProvider time)
{
    /// <summary>Refuses what <see cref="RemoveAsync"/> would refuse, but for writers at work: they are gone a moment later.</summary>
    public Task<KeyEncryptionKey> CheckAsync(string tenantId, string kekId, bool force, CancellationToken cancellationToken) =>
        work.ReadAsync(store => RequireRemovalAsync(store, tenantId, kekId, force), cancellationToken);

    /// <summary>Removes it.</summary>
    public async Task<KeyEncryptionKey> RemoveAsync(string tenantId, string kekId, bool force, CancellationToken cancellationToken)
    {
        Operation operation = work.Begin("KeyService.RemoveAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        IReadOnlyList<string> writers = await work.ReadAsync(store => store.Keys.ListWritersOfKeyAsync(kekId), cancellationToken).ConfigureAwait(false);
        await session.WatchAsync(writers, cancellationToken).ConfigureAwait(false);
        return await work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                await session.SweepAsync(change.Store).ConfigureAwait(false);
                KeyEncryptionKey key = await RequireRemovalAsync(change.Store, tenantId, kekId, force).ConfigureAwait(false);
                await ProviderTransition.RefuseWritersAsync(change.Store, kekId).ConfigureAwait(false);
                await change.Store.Keys.RemoveAsync(kekId).ConfigureAwait(false);
                await change.RaiseEpochAsync(tenantId).ConfigureAwait(false);
                change.Record(
                    EventTypes.KeyRemoved,
                    tenantId,
                    new JObject
                    {
                        ["kekId"] = kekId,
                        ["providerId"] = key.ProviderId,
                        ["provider"] = key.ProviderName,
                        ["keyArn"] = key.Record.KeyArn,
                        ["removedMessages"] = key.Messages,
                        ["removedValues"] = key.Values,
                    });
                return key;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<KeyEncryptionKey> RequireRemovalAsync(IStoreTransaction store, string tenantId, string kekId, bool force)
    {
        EncryptionTenant tenant = await store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        IReadOnlyList<KeyEncryptionKey> keys = await store.Keys.ListAsync(tenantId).ConfigureAwait(false);
        KeyEncryptionKey key = keys.FirstOrDefault(one => one.KekId == kekId)
            ?? throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"Tenant '{tenantId}' has no key {kekId}.");
        if (key.Status == KeyEncryptionKeyStatus.Current)
        {
            throw new TenantEncryptionException(
                ErrorCodes.TransitionForbidden,
                $"The key {kekId} is the Current one of tenant '{tenantId}' and can't be removed.",
                remedy: "Rotate it first (KeyService.RotateAsync), and write what it protects anew (KeyMigrationService.StartAsync, mode Reencrypt).");
        }

        await store.Migrations.RefuseUnfinishedAsync(tenantId).ConfigureAwait(false);
        if (!force && key.Messages + key.Values > 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"{Counted.Of(key.Messages, "file")} and up to {Counted.Of(key.Values, "value")} outside the catalog depend on the key {kekId} and would be lost for good.",
                remedy: "Write them anew under the Current key first, files by a migration of mode Reencrypt (KeyMigrationService.StartAsync), values where they are kept "
                    + $"(TenantDataProtector.ListCatalogAsync(tenantId: '{tenantId}', kekId: {kekId}) lists the files), or force it.");
        }

        await RefuseHeldAsync(store, tenant, keys.Single(one => one.Status == KeyEncryptionKeyStatus.Current), kekId).ConfigureAwait(false);
        return key;
    }

    // Each other key wrapped no longer than until the Current one took its place, and nothing that was leased then lives longer than the tenant's lease.
    private async Task RefuseHeldAsync(IStoreTransaction store, EncryptionTenant tenant, KeyEncryptionKey current, string kekId)
    {
        KeyProvider active = (await store.Providers.FindActiveAsync(tenant.TenantId).ConfigureAwait(false))!;
        StoredEvent? rotated = await store.Events.FindLastAsync(tenant.TenantId, EventTypes.KeyRotated).ConfigureAwait(false);
        DateTimeOffset since = ((DateTimeOffset?[])[current.CreatedAt, active.PromotedToCurrentAt, rotated is null ? null : EventText.Read(rotated).Time]).Max()!.Value;
        if (since + tenant.KeyLease is { } safeAt && safeAt > time.GetUtcNow())
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"A process may hold the key {kekId} in memory until {safeAt:u}: the longest lease since the Current key took its place.",
                remedy: "Run the command again after that time.");
        }
    }
}
