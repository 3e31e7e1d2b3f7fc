using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.Migration;

/// <summary>Who works on a migration, and what it is taken for: InProgress as long as somebody does whose process lives.</summary>
internal sealed class MigrationRunners(UnitOfWork work, SessionKeeper session)
{
    /// <summary>Adds this process to those who work on a migration, in the transaction that has it begin.</summary>
    /// <returns>The runner's id.</returns>
    public async Task<string> AddAsync(Change change, KeyMigration migration)
    {
        string runner = Identifiers.New("run-");
        await session.PutAsync(change.Store).ConfigureAwait(false);
        await change.Store.Ranges.AddRunnerAsync(migration.Id, new MigrationRunner(runner, session.Id)).ConfigureAwait(false);
        return runner;
    }

    /// <summary>Waits until it can be told of each runner whether its process lives.</summary>
    public async Task WatchAsync(string migrationId, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> sessions = await work.ReadAsync<IReadOnlyList<string>>(
            async transaction => await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false) is { State: MigrationState.InProgress }
                ? [.. (await transaction.Ranges.ListRunnersAsync(migrationId).ConfigureAwait(false)).Select(runner => runner.SessionId).Distinct()]
                : [],
            cancellationToken).ConfigureAwait(false);
        if (sessions.Count > 0)
        {
            await session.WatchAsync(sessions, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A migration as it is: one on which nobody works any more is Suspended.</summary>
    public async Task<KeyMigration> AsSeenAsync(IStoreTransaction transaction, KeyMigration migration) =>
        migration.State == MigrationState.InProgress && (await ListAliveAsync(transaction, migration.Id).ConfigureAwait(false)).Count == 0
            ? migration with { State = MigrationState.Suspended, Requested = null }
            : migration;

    /// <summary>Removes the runners whose processes died, in the transaction that has others go on.</summary>
    public async Task RemoveDeadAsync(IStoreTransaction transaction, string migrationId)
    {
        IReadOnlyList<MigrationRunner> alive = await ListAliveAsync(transaction, migrationId).ConfigureAwait(false);
        foreach (MigrationRunner dead in (await transaction.Ranges.ListRunnersAsync(migrationId).ConfigureAwait(false)).Except(alive))
        {
            await transaction.Ranges.RemoveRunnerAsync(migrationId, dead.Id).ConfigureAwait(false);
        }
    }

    /// <summary>Removes all, in the transaction that ends a migration.</summary>
    public static async Task RemoveAllAsync(IStoreTransaction transaction, string migrationId)
    {
        foreach (MigrationRunner runner in await transaction.Ranges.ListRunnersAsync(migrationId).ConfigureAwait(false))
        {
            await transaction.Ranges.RemoveRunnerAsync(migrationId, runner.Id).ConfigureAwait(false);
        }
    }

    /// <summary>Takes this process's runner out. The last one leaves the migration in a state; while others work on it, it goes on.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="migration">The migration.</param>
    /// <param name="runner">The runner.</param>
    /// <param name="state">What the migration is when nobody works on it any more.</param>
    /// <param name="failureCode">Why it could not go on.</param>
    public Task LeaveAsync(Operation operation, KeyMigration migration, string runner, MigrationState state, string? failureCode) =>
        work.RecordAsync(
            operation,
            StoreScope.Of(migration.TenantId),
            async change =>
            {
                bool wasThere = await change.Store.Ranges.RemoveRunnerAsync(migration.Id, runner).ConfigureAwait(false);
                KeyMigration now = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
                if (!wasThere || now.State != MigrationState.InProgress || (await ListAliveAsync(change.Store, migration.Id).ConfigureAwait(false)).Count > 0)
                {
                    return;
                }

                now = now with { State = state, Requested = null, FailureCode = failureCode };
                await change.Store.Migrations.UpdateAsync(now).ConfigureAwait(false);
                JObject data = MigrationEvents.Describe(now);
                data["code"] = failureCode;
                change.Record(EventTypes.MigrationProgressed, now.TenantId, data);
            });

    /// <summary>Refuses to go on with a migration that doesn't run any more, or in which this runner was taken for dead.</summary>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>.</exception>
    public static async Task RequireAsync(IStoreTransaction transaction, string migrationId, string runner)
    {
        if (await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false) is not { State: MigrationState.InProgress }
            || (await transaction.Ranges.ListRunnersAsync(migrationId).ConfigureAwait(false)).All(one => one.Id != runner))
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"Another process took over or ended the migration {migrationId}.");
        }
    }

    /// <summary>The runners whose processes live.</summary>
    public async Task<IReadOnlyList<MigrationRunner>> ListAliveAsync(IStoreTransaction transaction, string migrationId)
    {
        var alive = new List<MigrationRunner>();
        foreach (MigrationRunner runner in await transaction.Ranges.ListRunnersAsync(migrationId).ConfigureAwait(false))
        {
            if (runner.SessionId == session.Id || await session.IsAliveAsync(transaction, runner.SessionId).ConfigureAwait(false))
            {
                alive.Add(runner);
            }
        }

        return alive;
    }
}
