using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Providers;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>
/// The work of a <see cref="MigrationMode.RewrapKek"/> migration. Each key is opened by its provider, sealed by the target and verified,
/// and its new record staged; then one transaction puts all records in place and makes the target Active. Until that transaction nothing that
/// readers or writers use has changed, so the process may die anywhere.
/// </summary>
internal sealed class KekRewrapper(UnitOfWork work, KeyMaker keyMaker, TimeProvider time) : IMigrationMode
{
    // Keys that one transaction saves at the most; an event names each.
    private const int MostSaved = 256;

    // A transaction checks the whole of the tenant's state and tells its digest, however few keys it saves.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task<MigrationWork> MeasureAsync(IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider target, KeyMigrationOptions options)
    {
        if (options.KekIds is not null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "RewrapKek moves every key of a tenant; only Reencrypt works on some.");
        }

        bool newKey = target.Status != KeyProviderStatus.Active;
        (IReadOnlyList<(KeyEncryptionKey Key, KeyProvider Provider)> movable, int left) =
            await KeyMoves.ListAsync(transaction, tenant.TenantId, target.Id).ConfigureAwait(false);
        KeyProvider[] sources = [.. movable.Select(one => one.Provider).DistinctBy(provider => provider.Id)];
        return new MigrationWork
        {
            NewKey = newKey,
            Keks = movable.Count,
            Messages = sources.Sum(provider => provider.MessageCount),
            Values = sources.Sum(provider => provider.ValueCount),
            KmsCalls = (newKey ? KeyMaker.CallsToMake(tenant, target) : 0)
                + movable.Sum(one => KeyMaker.CallsToOpen(tenant, one.Provider) + KeyMaker.CallsToMake(tenant, target)),
            Regions = [.. sources.Where(source => source.KeyArn is not null).Select(source => KeyRegion.Home(source).Region)],
            SideBySide = movable.Count + (newKey ? 1 : 0),
            From = [.. sources.Select(source => source.Name)],
            Notes = KeyMoves.NotesOf(left),
        };
    }

    /// <inheritdoc/>
    public Task<KeyEncryptionKey?> PrepareAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider target, MigrationWork work, CancellationToken cancellationToken) =>
        Task.FromResult<KeyEncryptionKey?>(null);

    /// <inheritdoc/>
    public async Task BeginAsync(Change change, KeyMigration migration, KeyMigrationOptions options, KeyEncryptionKey? prepared)
    {
        KeyProvider target = await change.Store.Providers.RequireAsync(migration.MigratingTo).ConfigureAwait(false);
        if (target.Status != KeyProviderStatus.Active)
        {
            var newKey = new MigrationItem { MigrationId = migration.Id, KekId = Identifiers.New(Identifiers.KekPrefix), IsNewKey = true };
            await change.Store.Migrations.PutItemAsync(newKey).ConfigureAwait(false);
        }

        await KeyMoves.AddItemsAsync(change.Store, migration).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReopenAsync(Change change, KeyMigration migration)
    {
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Failed)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Code = null, Detail = null }).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(Change change, KeyMigration migration)
    {
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Staged)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Staged = null }).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<KeyMigration> RunAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken)
    {
        run.Progress?.Report(migration);
        while (true)
        {
            await MoveAllAsync(operation, migration, run, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            KeyMigration? finished = await work.ChangeAsync(
                operation, StoreScope.Of(migration.TenantId), change => FinishAsync(change, migration, run), cancellationToken).ConfigureAwait(false);
            if (finished is not null)
            {
                run.Progress?.Report(finished);
                return finished;
            }
        }
    }

    // Keys are moved side by side, and what is moved while a transaction runs is saved by the next one.
    private async Task MoveAllAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken)
    {
        IReadOnlyList<MigrationItem> items = await work.ReadAsync(
            transaction => transaction.Migrations.ListItemsAsync(migration.Id), cancellationToken).ConfigureAwait(false);
        var moved = Channel.CreateUnbounded<MigrationItem>();
        var state = new StrongBox<TenantState>(await work.StateAsync(migration.TenantId, cancellationToken).ConfigureAwait(false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task moving = MoveAsync(
            operation, migration, state, items.Where(item => item.State == MigrationItemState.Pending), run.DegreeOfParallelism, moved.Writer, stop.Token);
        try
        {
            var batch = new List<MigrationItem>(MostSaved);
            while (await moved.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await Task.WhenAny(moving, Task.Delay(SaveInterval, time, stop.Token)).ConfigureAwait(false);
                batch.Clear();
                while (batch.Count < MostSaved && moved.Reader.TryRead(out MigrationItem? item))
                {
                    batch.Add(item);
                }

                KeyMigration now = await work.ChangeAsync(
                    operation, StoreScope.Of(migration.TenantId), change => SaveAsync(change, migration, run, batch), CancellationToken.None).ConfigureAwait(false);
                run.Progress?.Report(now);
                state.Value = await work.StateAsync(migration.TenantId, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            moved.Writer.TryComplete();
            await moving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await moving.ConfigureAwait(false);
    }

    private async Task MoveAsync(
        Operation operation,
        KeyMigration migration,
        StrongBox<TenantState> state,
        IEnumerable<MigrationItem> items,
        int degreeOfParallelism,
        ChannelWriter<MigrationItem> moved,
        CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                items,
                new ParallelOptions { MaxDegreeOfParallelism = degreeOfParallelism, CancellationToken = cancellationToken },
                async (item, stop) => await moved.WriteAsync(
                    await MoveAsync(operation, migration, state.Value!, item, stop).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            moved.TryComplete();
        }
    }

    private async Task<MigrationItem> MoveAsync(
        Operation operation, KeyMigration migration, TenantState state, MigrationItem item, CancellationToken cancellationToken)
    {
        (EncryptionTenant tenant, KeyProvider target) = (state.Tenant!, state.FindProvider(migration.MigratingTo)!);
        using SecretBytes? kek = item.IsNewKey ? SecretBytes.Random(KeyRecordCipher.KeyLength) : null;
        if (kek is not null)
        {
            KeyRecord made = await keyMaker.SealAsync(operation, kek, item.KekId, tenant, target, cancellationToken).ConfigureAwait(false);
            return item with { State = MigrationItemState.Staged, Staged = made };
        }

        KeyEncryptionKey key = state.FindKey(item.KekId)!;
        KeyProvider source = state.FindProvider(key.ProviderId)!;
        if (source.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived))
        {
            return item with
            {
                State = MigrationItemState.Failed,
                Code = ErrorCodes.ProviderDeactivated,
                Detail = $"The key provider '{source.Name}' is {source.Status}.",
            };
        }

        SecretBytes opened;
        try
        {
            SecondLayer.RefuseShut(state, source);
            opened = await keyMaker.OpenAsync(operation, key.Record, source, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            // The old provider refuses: this key stays with it and is listed. A target that refuses ends the migration instead.
            return item with { State = MigrationItemState.Failed, Code = exception.Code, Detail = exception.Detail };
        }

        using (opened)
        {
            KeyRecord moved = await keyMaker.SealAsync(operation, opened, item.KekId, tenant, target, cancellationToken).ConfigureAwait(false);
            return item with { State = MigrationItemState.Staged, Staged = moved };
        }
    }

    private static async Task<KeyMigration> SaveAsync(Change change, KeyMigration migration, MigrationRun run, IReadOnlyList<MigrationItem> moved)
    {
        await MigrationRunners.RequireAsync(change.Store, migration.Id, run.Runner).ConfigureAwait(false);
        foreach (MigrationItem item in moved)
        {
            await change.Store.Migrations.PutItemAsync(item).ConfigureAwait(false);
        }

        KeyMigration now = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
        JObject data = MigrationEvents.Describe(now);
        data["keys"] = new JArray(moved.Select(item => new JObject { ["kekId"] = item.KekId, ["item"] = item.State.ToString(), ["code"] = item.Code }));
        change.Record(EventTypes.MigrationProgressed, now.TenantId, data);
        return now;
    }

    private async Task<KeyMigration?> FinishAsync(Change change, KeyMigration migration, MigrationRun run)
    {
        await MigrationRunners.RequireAsync(change.Store, migration.Id, run.Runner).ConfigureAwait(false);
        if (await KeyMoves.AddItemsAsync(change.Store, migration).ConfigureAwait(false) > 0)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        KeyRecord? newKey = null;
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
        {
            if (item.State != MigrationItemState.Staged)
            {
                continue;
            }

            if (item.IsNewKey)
            {
                newKey = item.Staged;
            }
            else
            {
                await change.ReplaceRecordAsync(item.Staged!).ConfigureAwait(false);
            }

            await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Done, Staged = null }).ConfigureAwait(false);
        }

        KeyProvider target = await change.Store.Providers.RequireAsync(migration.MigratingTo).ConfigureAwait(false);
        if (newKey is not null)
        {
            var current = new KeyEncryptionKey { Record = newKey, Status = KeyEncryptionKeyStatus.Current, CreatedAt = now };
            await ProviderTransition.ActivateAsync(change, target, current, now).ConfigureAwait(false);
        }
        else
        {
            await change.RaiseEpochAsync(migration.TenantId).ConfigureAwait(false);
        }

        KeyMigration finished = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))! with
        {
            State = MigrationState.Completed,
            CompletedAt = now,
            Requested = null,
        };
        await change.Store.Migrations.UpdateAsync(finished).ConfigureAwait(false);
        await MigrationRunners.RemoveAllAsync(change.Store, migration.Id).ConfigureAwait(false);
        change.Record(EventTypes.MigrationFinished, finished.TenantId, MigrationEvents.Describe(finished));
        return finished;
    }
}
