using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>
/// Who works on which part of the catalog. A range is made when somebody has nothing to do, of the messages that come after the last one; of a runner that
/// died, whoever comes next takes it over.
/// </summary>
internal sealed class RangeClaims(UnitOfWork work, MigrationRunners runners, ReachableSpaces spaces, TimeProvider time)
{
    // A range is a part of what is left: several processes find something to do to the end, and then wait for each other's last range only a moment.
    private const int Ranges = 32;
    private const int Smallest = 64;
    private const int Largest = 10_000;

    /// <summary>Claims a range that nobody works on.</summary>
    /// <returns>The range with its messages; <see langword="null"/> when there is none for now.</returns>
    public Task<(MigrationRange Range, IReadOnlyList<CatalogEntry> Messages)?> ClaimAsync(
        Operation operation, KeyMigration migration, string runner, CancellationToken cancellationToken) =>
        work.ChangeAsync<(MigrationRange, IReadOnlyList<CatalogEntry>)?>(
            operation,
            StoreScope.Of(migration.TenantId),
            async change =>
            {
                KeyMigration now = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
                if (now.State == MigrationState.Completed)
                {
                    return null; // Others were quicker.
                }

                await MigrationRunners.RequireAsync(change.Store, migration.Id, runner).ConfigureAwait(false);
                MigrationRange? found = await FindFreeAsync(change.Store, migration.Id).ConfigureAwait(false)
                    ?? await MakeAsync(change.Store, now).ConfigureAwait(false);
                if (found is null)
                {
                    return null;
                }

                MigrationRange claimed = found with { Runner = runner, Attempt = found.Attempt + 1 };
                await change.Store.Ranges.PutAsync(claimed).ConfigureAwait(false);
                return (claimed, await change.Store.Ranges.ListMessagesAsync(claimed).ConfigureAwait(false));
            },
            cancellationToken);

    /// <summary>The spaces that this process sees and where messages are that are to be written anew.</summary>
    public Task<IReadOnlyList<string>> ListSpacesAsync(KeyMigration migration, CancellationToken cancellationToken) =>
        work.ReadAsync<IReadOnlyList<string>>(
            async transaction =>
            {
                var found = new HashSet<string>(StringComparer.Ordinal);
                foreach (MessageSource source in await ListSourcesAsync(transaction, migration).ConfigureAwait(false))
                {
                    found.UnionWith(await transaction.Ranges.ListSpacesAsync(migration.Id, source).ConfigureAwait(false));
                    found.UnionWith(await transaction.Ranges.ListPendingSpacesAsync(source).ConfigureAwait(false));
                }

                return [.. found.Where(spaces.Sees)];
            },
            cancellationToken);

    /// <summary>Notes that a range is done in which no message was left.</summary>
    public Task EndAsync(Operation operation, KeyMigration migration, MigrationRange range) =>
        work.ChangeAsync(
            operation,
            StoreScope.Of(migration.TenantId),
            async change =>
            {
                await RequireAsync(change.Store, range).ConfigureAwait(false);
                await change.Store.Ranges.PutAsync(range with { IsDone = true }).ConfigureAwait(false);
            },
            CancellationToken.None);

    /// <summary>Refuses what is written under a claim that is not the last one of its range, or of a migration that doesn't run any more.</summary>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>.</exception>
    public static async Task RequireAsync(IStoreTransaction transaction, MigrationRange claimed)
    {
        await MigrationRunners.RequireAsync(transaction, claimed.MigrationId, claimed.Runner!).ConfigureAwait(false);
        if (!await IsHeldAsync(transaction, claimed).ConfigureAwait(false))
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"Another process took over a part of the migration {claimed.MigrationId}.");
        }
    }

    /// <summary>Whether a claim is still the last one of its range.</summary>
    public static async Task<bool> IsHeldAsync(IStoreTransaction transaction, MigrationRange claimed) =>
        await transaction.Ranges.FindAsync(claimed.MigrationId, claimed.Number).ConfigureAwait(false) is { } now
        && now.Attempt == claimed.Attempt && now.Runner == claimed.Runner;

    /// <summary>Ends a migration in which nothing is left, or tells what there is to wait for.</summary>
    public async Task<(RangesLeft Left, KeyMigration Migration)> TryFinishAsync(
        Operation operation, KeyMigration migration, string runner, CancellationToken cancellationToken)
    {
        // Who waits for others looks often, and must not keep them from writing.
        (RangesLeft left, KeyMigration now) = await work.ReadAsync(
            transaction => LookAsync(transaction, migration.Id, runner), cancellationToken).ConfigureAwait(false);
        return now.State == MigrationState.Completed || left is not (RangesLeft.None or RangesLeft.Again)
            ? (left, now)
            : await work.ChangeAsync(
                operation, StoreScope.Of(migration.TenantId), change => GoOnAsync(change, migration.Id, runner), cancellationToken).ConfigureAwait(false);
    }

    private async Task<(RangesLeft Left, KeyMigration Migration)> GoOnAsync(Change change, string migrationId, string runner)
    {
        (RangesLeft left, KeyMigration now) = await LookAsync(change.Store, migrationId, runner).ConfigureAwait(false);
        if (left == RangesLeft.Again)
        {
            await change.Store.Ranges.RemoveAllAsync(migrationId).ConfigureAwait(false);
        }

        return left == RangesLeft.None && now.State != MigrationState.Completed ? (left, await FinishAsync(change, now).ConfigureAwait(false)) : (left, now);
    }

    private async Task<(RangesLeft Left, KeyMigration Migration)> LookAsync(IStoreTransaction transaction, string migrationId, string runner)
    {
        KeyMigration migration = (await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        if (migration.State == MigrationState.Completed)
        {
            return (RangesLeft.None, migration);
        }

        await MigrationRunners.RequireAsync(transaction, migrationId, runner).ConfigureAwait(false);
        return (await LookAsync(transaction, migration).ConfigureAwait(false), migration);
    }

    private async Task<RangesLeft> LookAsync(IStoreTransaction transaction, KeyMigration migration)
    {
        IReadOnlyList<MigrationRunner> alive = await runners.ListAliveAsync(transaction, migration.Id).ConfigureAwait(false);
        foreach (MigrationRange range in await transaction.Ranges.ListOpenAsync(migration.Id).ConfigureAwait(false))
        {
            if (spaces.Sees(range.Space) && !IsClaimed(range, alive))
            {
                return RangesLeft.Here;
            }

            if (IsClaimed(range, alive))
            {
                return RangesLeft.WithOthers;
            }
        }

        var left = new HashSet<string>(StringComparer.Ordinal);
        bool isPending = false;
        foreach (MessageSource source in await ListSourcesAsync(transaction, migration).ConfigureAwait(false))
        {
            left.UnionWith(await transaction.Ranges.ListSpacesAsync(migration.Id, source).ConfigureAwait(false));
            isPending |= (await transaction.Ranges.ListPendingSpacesAsync(source).ConfigureAwait(false)).Any(spaces.Sees);
        }

        return left.Any(spaces.Sees) ? RangesLeft.Again
            : isPending ? RangesLeft.WithOthers
            : left.Count == 0 ? RangesLeft.None
            : alive.Count > 1 ? RangesLeft.WithOthers : RangesLeft.Elsewhere;
    }

    private async Task<KeyMigration> FinishAsync(Change change, KeyMigration migration)
    {
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Pending)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Done }).ConfigureAwait(false);
            }
        }

        KeyMigration finished = migration with
        {
            State = MigrationState.Completed,
            CompletedAt = time.GetUtcNow(),
            Total = migration.Done + migration.Failed,
            Requested = null,
        };
        await change.Store.Migrations.UpdateAsync(finished).ConfigureAwait(false);
        await change.Store.Ranges.RemoveAllAsync(migration.Id).ConfigureAwait(false);
        await MigrationRunners.RemoveAllAsync(change.Store, migration.Id).ConfigureAwait(false);
        change.Record(EventTypes.MigrationFinished, finished.TenantId, MigrationEvents.Describe(finished));
        return finished;
    }

    private async Task<MigrationRange?> FindFreeAsync(IStoreTransaction transaction, string migrationId)
    {
        IReadOnlyList<MigrationRunner> alive = await runners.ListAliveAsync(transaction, migrationId).ConfigureAwait(false);
        IReadOnlyList<MigrationRange> open = await transaction.Ranges.ListOpenAsync(migrationId).ConfigureAwait(false);
        return open.FirstOrDefault(range => spaces.Sees(range.Space) && !IsClaimed(range, alive));
    }

    private async Task<MigrationRange?> MakeAsync(IStoreTransaction transaction, KeyMigration migration)
    {
        int messages = (int)Math.Clamp((migration.Total - migration.Done - migration.Failed) / Ranges, Smallest, Largest);
        foreach (MessageSource source in await ListSourcesAsync(transaction, migration).ConfigureAwait(false))
        {
            // What nobody else sees comes first.
            foreach (string space in (await transaction.Ranges.ListSpacesAsync(migration.Id, source).ConfigureAwait(false))
                .Where(spaces.Sees).OrderBy(address => address != spaces.Local.Address))
            {
                MigrationRange? last = await transaction.Ranges.FindLastAsync(migration.Id, source, space).ConfigureAwait(false);
                ObjectName after = last?.Last ?? ObjectName.BeforeAll;
                if (await transaction.Ranges.FindEndAsync(migration.Id, source, space, after, messages).ConfigureAwait(false) is { } end)
                {
                    return new MigrationRange
                    {
                        MigrationId = migration.Id,
                        Number = await transaction.Ranges.NextNumberAsync(migration.Id).ConfigureAwait(false),
                        Source = source,
                        Space = space,
                        After = after,
                        Last = end,
                    };
                }
            }
        }

        return null;
    }

    // A key that can't be opened failed as a whole.
    private static async Task<IReadOnlyList<MessageSource>> ListSourcesAsync(IStoreTransaction transaction, KeyMigration migration) =>
        [.. (await transaction.Migrations.ListItemsAsync(migration.Id).ConfigureAwait(false))
            .Where(item => item.State == MigrationItemState.Pending)
            .Select(item => new MessageSource(migration.TenantId, item.KekId))];

    private static bool IsClaimed(MigrationRange range, IReadOnlyList<MigrationRunner> alive) => alive.Any(runner => runner.Id == range.Runner);
}

/// <summary>Where messages are that are to be written anew.</summary>
internal enum RangesLeft
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In ranges that nobody works on.</summary>
    Here,

    /// <summary>In ranges that others work on, or about to take their names.</summary>
    WithOthers,

    /// <summary>In the catalog, where they were not when it was looked through, or as they changed while they were read: they are looked for anew.</summary>
    Again,

    /// <summary>In spaces that this process doesn't see.</summary>
    Elsewhere,
}
