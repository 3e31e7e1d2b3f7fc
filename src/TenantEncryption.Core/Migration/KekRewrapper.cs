using System.Threading.Channels;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>
/// The work of a <see cref="MigrationMode.RewrapKek"/> migration. Each key is opened by its provider, sealed by the target and verified,
/// and its new record staged; then one transaction puts all records in place and makes the target Active. Until that transaction nothing that
/// readers or writers use has changed, so the process may die anywhere.
/// </summary>
internal sealed class KekRewrapper(UnitOfWork work, SessionKeeper session, KeyMaker keyMaker, TimeProvider time)
{
    // Keys that one transaction saves at the most; an event names each.
    private const int MostSaved = 64;

    /// <summary>How many calls of KMS the new key that a migration makes under its target takes.</summary>
    public static int CallsToMake(EncryptionTenant tenant, KeyProvider target) => KeyMaker.CallsToMake(tenant, target);

    /// <summary>How many calls of KMS moving a key takes.</summary>
    public static int CallsToMove(EncryptionTenant tenant, KeyProvider source, KeyProvider target) =>
        KeyMaker.CallsToOpen(tenant, source) + KeyMaker.CallsToMake(tenant, target);

    /// <summary>Moves every key of a migration, and puts the records in place.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="migration">The migration, whose runner this process is.</param>
    /// <param name="degreeOfParallelism">How many keys are moved at the same time.</param>
    /// <param name="progress">Told after keys were moved.</param>
    /// <param name="cancellationToken">Ends the work; what was moved stays so.</param>
    /// <returns>The migration, Completed.</returns>
    public async Task<KeyMigration> RunAsync(
        Operation operation, KeyMigration migration, int degreeOfParallelism, IProgress<KeyMigration>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(migration);
        while (true)
        {
            await MoveAllAsync(operation, migration, degreeOfParallelism, progress, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            KeyMigration? finished = await work.ChangeAsync(
                operation, StoreScope.Of(migration.TenantId), change => FinishAsync(change, migration), cancellationToken).ConfigureAwait(false);
            if (finished is not null)
            {
                progress?.Report(finished);
                return finished;
            }
        }
    }

    // Keys are moved side by side, and what is moved while a transaction runs is saved by the next one.
    private async Task MoveAllAsync(
        Operation operation, KeyMigration migration, int degreeOfParallelism, IProgress<KeyMigration>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<MigrationItem> items = await work.ReadAsync(
            transaction => transaction.Migrations.ListItemsAsync(migration.Id), cancellationToken).ConfigureAwait(false);
        var moved = Channel.CreateBounded<MigrationItem>(MostSaved);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task moving = MoveAsync(
            operation, migration, items.Where(item => item.State == MigrationItemState.Pending), degreeOfParallelism, moved.Writer, stop.Token);
        try
        {
            var batch = new List<MigrationItem>(MostSaved);
            while (await moved.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                batch.Clear();
                while (batch.Count < MostSaved && moved.Reader.TryRead(out MigrationItem? item))
                {
                    batch.Add(item);
                }

                KeyMigration now = await work.ChangeAsync(
                    operation, StoreScope.Of(migration.TenantId), change => SaveAsync(change, migration, batch), CancellationToken.None).ConfigureAwait(false);
                progress?.Report(now);
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
                    await MoveAsync(operation, migration, item, stop).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            moved.TryComplete();
        }
    }

    private async Task<MigrationItem> MoveAsync(Operation operation, KeyMigration migration, MigrationItem item, CancellationToken cancellationToken)
    {
        (EncryptionTenant tenant, KeyProvider target, KeyEncryptionKey? key, KeyProvider? source) = await work.ReadAsync(
            async transaction =>
            {
                KeyEncryptionKey? found = await transaction.Keys.FindAsync(item.KekId).ConfigureAwait(false);
                return (
                    await transaction.Tenants.RequireAsync(migration.TenantId).ConfigureAwait(false),
                    await transaction.Providers.RequireAsync(migration.MigratingTo).ConfigureAwait(false),
                    found,
                    found is null ? null : await transaction.Providers.RequireAsync(found.ProviderId).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);

        using SecretBytes? kek = item.IsNewKey ? SecretBytes.Random(KeyRecordCipher.KeyLength) : null;
        if (kek is not null)
        {
            KeyRecord made = await keyMaker.SealAsync(operation, kek, item.KekId, tenant, target, cancellationToken).ConfigureAwait(false);
            return item with { State = MigrationItemState.Staged, Staged = made };
        }

        if (source!.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived))
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
            SecondLayer.RefuseShut(await work.StateAsync(migration.TenantId, cancellationToken).ConfigureAwait(false), source);
            opened = await keyMaker.OpenAsync(operation, key!.Record, source, cancellationToken).ConfigureAwait(false);
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

    private async Task<KeyMigration> SaveAsync(Change change, KeyMigration migration, IReadOnlyList<MigrationItem> moved)
    {
        await RequireOursAsync(change.Store, migration.Id).ConfigureAwait(false);
        foreach (MigrationItem item in moved)
        {
            await change.Store.Migrations.PutItemAsync(item).ConfigureAwait(false);
        }

        KeyMigration now = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
        JObject data = KeyMigrationService.Describe(now);
        data["keys"] = new JArray(moved.Select(item => new JObject { ["kekId"] = item.KekId, ["item"] = item.State.ToString(), ["code"] = item.Code }));
        change.Record(EventTypes.MigrationProgressed, now.TenantId, data);
        return now;
    }

    private async Task<KeyMigration?> FinishAsync(Change change, KeyMigration migration)
    {
        await RequireOursAsync(change.Store, migration.Id).ConfigureAwait(false);
        if (await MigrationPlanner.AddItemsAsync(change.Store, migration).ConfigureAwait(false) > 0)
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
            RunnerSessionId = null,
            Requested = null,
        };
        await change.Store.Migrations.UpdateAsync(finished).ConfigureAwait(false);
        change.Record(EventTypes.MigrationFinished, finished.TenantId, KeyMigrationService.Describe(finished));
        return finished;
    }

    private async Task RequireOursAsync(IStoreTransaction transaction, string migrationId)
    {
        KeyMigration? now = await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false);
        if (now?.RunnerSessionId != session.Id || now.State != MigrationState.InProgress)
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"Another process took over or ended the migration {migrationId}.");
        }
    }
}
