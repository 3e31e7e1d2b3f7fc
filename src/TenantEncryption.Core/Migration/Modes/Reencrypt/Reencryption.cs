using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>
/// The mode that writes messages anew. The target is Active and a new key wraps from the transaction on that begins it; then ranges of the catalog are
/// claimed, by as many processes as like to, and each message in them is re-encrypted and takes the place of the old one, if that is still what was read.
/// Wherever a process dies, a file is the old message or the new one, and both can be read.
/// </summary>
internal sealed class Reencryption(KeyMaker keyMaker, RangeWork ranges, TimeProvider time) : IMigrationMode
{
    /// <inheritdoc/>
    public async Task<MigrationWork> MeasureAsync(IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider target, KeyMigrationOptions options)
    {
        SourceKeys sources = await SourceKeys.FindAsync(transaction, tenant, target, options.KekIds).ConfigureAwait(false);
        long direct = sources.Direct.Sum(one => one.Messages);
        long values = sources.Keys.Sum(one => Math.Max(0, one.Key.ReservedWraps - one.Key.FileWraps));
        long older = 0;
        foreach (string id in sources.Ids)
        {
            older += await transaction.Ranges.CountOlderAsync(new MessageSource(tenant.TenantId, id)).ConfigureAwait(false);
        }

        bool toDirect = tenant.KeyHierarchy == KeyHierarchy.Direct && target.Type == KeyProviderType.AwsKms;
        KeyProvider[] providers = [.. sources.Keys.Select(one => one.Provider).Concat(sources.Direct.Select(one => one.Provider)).DistinctBy(provider => provider.Id)];
        return new MigrationWork
        {
            NewKey = sources.NewKey,
            Keks = sources.Keys.Count + sources.Direct.Count,
            Messages = sources.Messages - older,
            Values = values,
            Sources = [.. sources.Ids.Select(id => new MessageSource(tenant.TenantId, id))],
            KmsCalls = (sources.NewKey ? KeyMaker.CallsToMake(tenant, target) : 0)
                + sources.Keys.Where(one => one.Key.Messages > 0).Sum(one => KeyMaker.CallsToOpen(tenant, one.Provider))
                + direct
                + (toDirect ? sources.Messages : sources.Messages > 0 ? KeyMaker.CallsToOpen(tenant, target) : 0),
            Regions = [.. providers.Where(provider => provider.KeyArn is not null).Select(provider => KeyRegion.Home(provider).Region)],
            SideBySide = toDirect || direct > 0 ? sources.Messages : 1,
            From = [.. providers.Select(provider => provider.Name)],
            Notes = NotesOf(sources, values, older),
        };
    }

    /// <inheritdoc/>
    public async Task<KeyEncryptionKey?> PrepareAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider target, MigrationWork work, CancellationToken cancellationToken) =>
        work.NewKey ? await keyMaker.MakeAsync(operation, tenant, target, cancellationToken).ConfigureAwait(false) : null;

    /// <inheritdoc/>
    public async Task BeginAsync(Change change, KeyMigration migration, KeyMigrationOptions options, KeyEncryptionKey? prepared)
    {
        KeyProvider target = await change.Store.Providers.RequireAsync(migration.MigratingTo).ConfigureAwait(false);
        EncryptionTenant tenant = await change.Store.Tenants.RequireAsync(migration.TenantId).ConfigureAwait(false);
        SourceKeys sources = await SourceKeys.FindAsync(change.Store, tenant, target, options.KekIds).ConfigureAwait(false);
        if (sources.NewKey && prepared is null)
        {
            throw new TenantEncryptionException(Errors.ErrorCodes.LeaseLost, $"The keys of tenant '{migration.TenantId}' changed while the migration was begun.");
        }

        await AddItemsAsync(change.Store, migration.Id, sources).ConfigureAwait(false);
        await change.Store.Migrations.UpdateAsync(migration with { Total = sources.Messages }).ConfigureAwait(false);
        if (target.Status != KeyProviderStatus.Active)
        {
            await ProviderTransition.ActivateAsync(change, target, prepared!, time.GetUtcNow()).ConfigureAwait(false);
        }
        else if (prepared is not null)
        {
            await RotateAsync(change, target, prepared).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task ReopenAsync(Change change, KeyMigration migration)
    {
        await change.Store.Ranges.RemoveFailuresAsync(migration.Id).ConfigureAwait(false);
        await change.Store.Ranges.RemoveAllAsync(migration.Id).ConfigureAwait(false);
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
        {
            await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Code = null, Detail = null }).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<KeyMigration> RunAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken) =>
        ranges.RunAsync(operation, migration, run, cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(Change change, KeyMigration migration) => change.Store.Ranges.RemoveAllAsync(migration.Id);

    /// <summary>Adds an item for each key whose messages move, and each provider whose do.</summary>
    public static async Task AddItemsAsync(IStoreTransaction transaction, string migrationId, SourceKeys sources)
    {
        foreach (string id in sources.Ids)
        {
            await transaction.Migrations.PutItemAsync(new MigrationItem { MigrationId = migrationId, KekId = id }).ConfigureAwait(false);
        }
    }

    private static async Task RotateAsync(Change change, KeyProvider active, KeyEncryptionKey newKey)
    {
        string? before = (await change.Store.Keys.FindCurrentAsync(newKey.TenantId).ConfigureAwait(false))?.KekId;
        await ProviderTransition.MakeCurrentAsync(change, newKey).ConfigureAwait(false);
        await change.RaiseEpochAsync(newKey.TenantId).ConfigureAwait(false);
        change.Record(
            EventTypes.KeyRotated,
            newKey.TenantId,
            new JObject { ["providerId"] = active.Id, ["kekId"] = newKey.KekId, ["previousKekId"] = before });
    }

    private static List<string> NotesOf(SourceKeys sources, long values, long older)
    {
        List<string> notes = ["Each message is written anew and takes the place of the old one; copies of the old ones, as in backups, still open with the old keys."];
        if (values > 0)
        {
            notes.Add($"Up to {Counted.Of(values, "value")} outside the catalog stay under the old keys: protect them anew where they are kept.");
        }

        if (older > 0)
        {
            notes.Add($"{Counted.Of(older, "older version")} of objects can't be written anew: their keys are needed as long as the bucket keeps them.");
        }

        if (sources.Left > 0)
        {
            notes.Add($"What {Counted.Of(sources.Left, "key")} of deactivated providers protect stays as it is.");
        }

        return notes;
    }
}
