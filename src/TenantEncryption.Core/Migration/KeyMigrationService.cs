using System.Diagnostics;
using System.Runtime.CompilerServices;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Telemetry;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>
/// Moves tenants to other providers while reads and writes go on. A migration is resumable and idempotent: ended at any instant, it leaves
/// every message readable, and resuming finishes it.
/// </summary>
public sealed class KeyMigrationService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly UnitOfWork _work;
    private readonly KeyProviderService _providers;
    private readonly SessionKeeper _session;
    private readonly MigrationRunners _runners;
    private readonly IReadOnlyDictionary<MigrationMode, IMigrationMode> _modes;
    private readonly string _actor;
    private readonly TimeProvider _time;

    internal KeyMigrationService(
        UnitOfWork work,
        KeyProviderService providers,
        SessionKeeper session,
        MigrationRunners runners,
        IReadOnlyDictionary<MigrationMode, IMigrationMode> modes,
        string actor,
        TimeProvider time) =>
        (_work, _providers, _session, _runners, _modes, _actor, _time) = (work, providers, session, runners, modes, actor, time);

    /// <summary>What a migration would do; nothing is unwrapped or written.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="toProviderId">The target's id.</param>
    /// <param name="options">What moves; <see langword="null"/> for the keys.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>PROVIDER_NOT_FOUND</c>, <c>INVALID_INPUT</c>: a key is not the tenant's.</exception>
    public Task<KeyMigrationPlan> MeasureAsync(
        string tenantId, string toProviderId, KeyMigrationOptions? options = null, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(
            async transaction => await PlanAsync(
                transaction, tenantId, await transaction.Providers.RequireAsync(toProviderId).ConfigureAwait(false), options).ConfigureAwait(false),
            cancellationToken);

    /// <summary>What a migration to a provider would do that is not registered yet; nothing is unwrapped or written.</summary>
    /// <param name="to">The draft of the target.</param>
    /// <param name="options">What moves; <see langword="null"/> for the keys.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The plan, without the calls that found the draft's key.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public Task<KeyMigrationPlan> MeasureAsync(
        KeyProviderDraft to, KeyMigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        return _work.ReadAsync(transaction => PlanAsync(transaction, to.Provider.TenantId, to.Provider, options), cancellationToken);
    }

    /// <summary>Moves a tenant to another provider, to the end, in this process.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="toProviderId">
    /// The target's id: a Pending or Archived provider of the tenant, or the Active one, to which keys of Archived providers are then gathered.
    /// </param>
    /// <param name="options">What moves, and how it is worked on; <see langword="null"/> for the keys.</param>
    /// <param name="progress">Told after something was done.</param>
    /// <param name="cancellationToken">Suspends the migration.</param>
    /// <returns>The migration, Completed. Where there is nothing to do: the migration that led to the target, or one without items.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>PROVIDER_NOT_FOUND</c>, <c>PROVIDER_DEACTIVATED</c>, <c>MIGRATION_RUNNING</c>, <c>INVALID_INPUT</c>; the code of the failed
    /// test of the target, with nothing changed; <c>MIGRATION_FAILED</c>: it could not go on and can be resumed.
    /// </exception>
    public async Task<KeyMigration> StartAsync(
        string tenantId,
        string toProviderId,
        KeyMigrationOptions? options = null,
        IProgress<KeyMigration>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new KeyMigrationOptions();
        RequireDegree(options);
        await _work.ReadAsync(transaction => transaction.Tenants.RequireAsync(tenantId), cancellationToken).ConfigureAwait(false);
        (EncryptionTenant tenant, KeyProvider target) = await _providers.ReadAsync(toProviderId, cancellationToken).ConfigureAwait(false);
        MigrationPlanner.RefuseTarget(tenantId, target);
        IMigrationMode mode = _modes[options.Mode];
        Operation operation = _work.Begin("KeyMigrationService.StartAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        MigrationWork work = await _work.ReadAsync(
            transaction => mode.MeasureAsync(transaction, tenant, target, options), cancellationToken).ConfigureAwait(false);
        if (work.IsNothing)
        {
            return await FindDoneAsync(operation, target, options.Mode, cancellationToken).ConfigureAwait(false);
        }

        await _work.ReadAsync(
            async transaction =>
            {
                await ProviderTransition.RefuseParentAsync(transaction, target).ConfigureAwait(false);
                await transaction.Migrations.RefuseUnfinishedAsync(tenantId).ConfigureAwait(false);
                PlatformRules.RequireMigration(tenant, (await transaction.Providers.FindActiveAsync(tenantId).ConfigureAwait(false))!, target);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        await _providers.RequireWorkingAsync(operation, tenant, target, cancellationToken).ConfigureAwait(false);
        KeyEncryptionKey? prepared = await mode.PrepareAsync(operation, tenant, target, work, cancellationToken).ConfigureAwait(false);
        var draft = new KeyMigration
        {
            Id = Identifiers.New(Identifiers.MigrationPrefix),
            TenantId = tenantId,
            Mode = options.Mode,
            State = MigrationState.InProgress,
            MigratingFrom = "",
            MigratingTo = target.Id,
            Actor = _actor,
            InitiatedAt = _time.GetUtcNow(),
            LowPriority = options.LowPriority,
        };
        (KeyMigration migration, string runner) = await _work.ChangeAsync(
            operation, StoreScope.Of(tenantId), change => BeginAsync(change, draft, options, target.Status, prepared), cancellationToken).ConfigureAwait(false);
        return await RunAsync(operation, migration, RunOf(options, runner, progress), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with a New, Suspended or Failed migration, or retries the failed items of a Completed one.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="options">How it is worked on; its priority is lowered, never raised.</param>
    /// <param name="progress">Told after something was done.</param>
    /// <param name="cancellationToken">Suspends the migration.</param>
    /// <returns>The migration, Completed. One with nothing left to do is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_NOT_FOUND</c>; <c>MIGRATION_RUNNING</c>: another process works on it; <c>TRANSITION_FORBIDDEN</c>: it was stopped, or another
    /// migration came after it; <c>MIGRATION_FAILED</c>.
    /// </exception>
    public async Task<KeyMigration> ResumeAsync(
        string migrationId, MigrationRunOptions? options = null, IProgress<KeyMigration>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new MigrationRunOptions();
        RequireDegree(options);
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        if (HasNothingLeft(migration))
        {
            return migration;
        }

        Operation operation = _work.Begin("KeyMigrationService.ResumeAsync", migration.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        (EncryptionTenant tenant, KeyProvider target) = await _providers.ReadAsync(migration.MigratingTo, cancellationToken).ConfigureAwait(false);
        await _providers.RequireWorkingAsync(operation, tenant, target, cancellationToken).ConfigureAwait(false);
        options = options with { LowPriority = options.LowPriority || migration.LowPriority };
        (migration, string runner) = await _work.ChangeAsync(
            operation, StoreScope.Of(migration.TenantId), change => TakeOverAsync(change, migrationId), cancellationToken).ConfigureAwait(false);
        return await RunAsync(operation, migration, RunOf(options, runner, progress), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Works on a migration that others work on, too, until there is nothing left to take, and waits then for the others.</summary>
    /// <param name="migrationId">The id of a Reencrypt that is InProgress.</param>
    /// <param name="options">How it is worked on.</param>
    /// <param name="progress">Told after something was done, by whomever.</param>
    /// <param name="cancellationToken">Ends this process's work; the others go on.</param>
    /// <returns>The migration, Completed.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>, <c>TRANSITION_FORBIDDEN</c>: nobody works on it, or its keys are moved, by one process.</exception>
    public async Task<KeyMigration> JoinAsync(
        string migrationId, MigrationRunOptions? options = null, IProgress<KeyMigration>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new MigrationRunOptions();
        RequireDegree(options);
        KeyMigration migration = await CheckJoiningAsync(migrationId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("KeyMigrationService.JoinAsync", migration.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        (migration, string runner) = await _work.ChangeAsync(
            operation,
            StoreScope.Of(migration.TenantId),
            async change =>
            {
                await _session.SweepAsync(change.Store).ConfigureAwait(false);
                KeyMigration now = await RequireAsync(change.Store, migrationId).ConfigureAwait(false);
                RequireJoinable(now);
                return (now, await _runners.AddAsync(change, now).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
        return await RunAsync(operation, migration, RunOf(options, runner, progress), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Which migration another process helps most, and for the fewest calls of KMS: one on which the fewest work already, as each that joins opens the tenant's keys for
    /// itself. Processes that ask at once are given different ones, where there are.
    /// </summary>
    /// <param name="except">The ids of those that won't do.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>A Reencrypt that is InProgress; <see langword="null"/> when there is none.</returns>
    public Task<KeyMigration?> FindToJoinAsync(IReadOnlyCollection<string>? except = null, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(
            async transaction =>
            {
                var found = new List<(KeyMigration Migration, int Runners)>();
                foreach (KeyMigration migration in await transaction.Migrations.ListAsync(null).ConfigureAwait(false))
                {
                    if (migration is { State: MigrationState.InProgress, Mode: MigrationMode.Reencrypt } && except?.Contains(migration.Id) != true)
                    {
                        found.Add((migration, (await _runners.ListAliveAsync(transaction, migration.Id).ConfigureAwait(false)).Count));
                    }
                }

                // Where nobody works any more, there is nothing to join: it is resumed.
                KeyMigration[] fewest = [.. found.Where(one => one.Runners > 0).GroupBy(one => one.Runners).MinBy(some => some.Key)?.Select(one => one.Migration) ?? []];
                return fewest.Length == 0 ? null : fewest[Random.Shared.Next(fewest.Length)];
            },
            cancellationToken);

    /// <summary>Refuses what <see cref="JoinAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException">As there.</exception>
    public async Task<KeyMigration> CheckJoiningAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        RequireJoinable(migration);
        return migration;
    }

    /// <summary>Refuses what <see cref="ResumeAsync"/> would refuse because of the migration's state, and changes nothing.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ResumeAsync"/>.</exception>
    public async Task<KeyMigration> CheckResumingAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        return await _work.ReadAsync(
            async transaction =>
            {
                KeyMigration migration = await RequireAsync(transaction, migrationId).ConfigureAwait(false);
                if (!HasNothingLeft(migration))
                {
                    await RequireResumableAsync(transaction, migration).ConfigureAwait(false);
                }

                return migration;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses what <see cref="StopAsync(string, CancellationToken)"/> would refuse, and changes nothing.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="StopAsync(string, CancellationToken)"/>.</exception>
    public async Task<KeyMigration> CheckStoppingAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        return await _work.ReadAsync(
            async transaction =>
            {
                KeyMigration migration = await RequireAsync(transaction, migrationId).ConfigureAwait(false);
                RequireStoppable(migration);
                return migration;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a migration for good. The process that works on it, wherever it runs, obeys within a second.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends waiting for that process.</param>
    /// <returns>The migration, Stopped.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>, <c>TRANSITION_FORBIDDEN</c>: it is Completed.</exception>
    public async Task<KeyMigration> StopAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        string tenantId = (await AskAsync(migrationId, MigrationState.Stopped, cancellationToken).ConfigureAwait(false)).TenantId;
        Operation operation = _work.Begin("KeyMigrationService.StopAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await _work.ChangeAsync(operation, StoreScope.Of(tenantId), change => StopAsync(change, migrationId), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the process that works on a migration, wherever it runs, leave it Suspended; it obeys within a second.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends waiting for that process.</param>
    /// <returns>The migration, Suspended; as it was where no process worked on it, and Completed where it came to its end first.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>, <c>TRANSITION_FORBIDDEN</c>: it is Completed or Stopped.</exception>
    public async Task<KeyMigration> SuspendAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await CheckSuspendingAsync(migrationId, cancellationToken).ConfigureAwait(false);
        return await AskAsync(migrationId, MigrationState.Suspended, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses what <see cref="SuspendAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException">As there.</exception>
    public async Task<KeyMigration> CheckSuspendingAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        return migration.State is not (MigrationState.Completed or MigrationState.Stopped)
            ? migration
            : throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, $"The migration {migrationId} is {migration.State}; there is nothing to suspend.");
    }

    /// <summary>Waits until no process works on a migration any more.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="timeout">How long at the most; <see langword="null"/> for as long as it takes.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The migration as it is then; InProgress when the time was over first.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>.</exception>
    public async Task<KeyMigration> WaitAsync(
        string migrationId, TimeSpan? timeout = null, IProgress<KeyMigration>? progress = null, CancellationToken cancellationToken = default)
    {
        long begun = _time.GetTimestamp();
        while (true)
        {
            KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
            progress?.Report(migration);
            if (migration.State != MigrationState.InProgress || _time.GetElapsedTime(begun) >= timeout)
            {
                return migration;
            }

            await Task.Delay(LookInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A migration. One whose process died reads as Suspended.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>.</exception>
    public Task<KeyMigration> GetAsync(string migrationId, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => RequireAsync(transaction, migrationId), cancellationToken);

    /// <summary>The migrations of a tenant, or all, oldest first.</summary>
    /// <param name="tenantId">The tenant, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The migrations.</returns>
    public Task<IReadOnlyList<KeyMigration>> ListAsync(string? tenantId = null, CancellationToken cancellationToken = default) =>
        _work.ReadAsync<IReadOnlyList<KeyMigration>>(
            async transaction =>
            {
                var seen = new List<KeyMigration>();
                foreach (KeyMigration migration in await transaction.Migrations.ListAsync(tenantId).ConfigureAwait(false))
                {
                    seen.Add(await _runners.AsSeenAsync(transaction, migration).ConfigureAwait(false));
                }

                return seen;
            },
            cancellationToken);

    /// <summary>The ids of all migrations: names to choose from, of which nothing was checked.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The ids, ordered by tenant, the oldest first.</returns>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync(CancellationToken cancellationToken = default) =>
        _work.ReadAsync(transaction => transaction.Migrations.ListNamesAsync(), cancellationToken);

    /// <summary>The items of a migration that failed, with their codes.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The items.</returns>
    /// <exception cref="TenantEncryptionException"><c>MIGRATION_NOT_FOUND</c>.</exception>
    public Task<IReadOnlyList<MigrationItem>> ListFailuresAsync(string migrationId, CancellationToken cancellationToken = default) =>
        _work.ReadAsync<IReadOnlyList<MigrationItem>>(
            async transaction =>
            {
                await RequireAsync(transaction, migrationId).ConfigureAwait(false);
                IReadOnlyList<MigrationItem> items = await transaction.Migrations.ListItemsAsync(migrationId).ConfigureAwait(false);
                IReadOnlyList<FailedMessage> messages = await transaction.Ranges.ListFailuresAsync(migrationId).ConfigureAwait(false);
                return [.. items.Where(item => item.State == MigrationItemState.Failed), .. messages.Select(ItemOf)];
            },
            cancellationToken);

    private async Task<(KeyMigration Migration, string Runner)> BeginAsync(
        Change change, KeyMigration draft, KeyMigrationOptions options, KeyProviderStatus tested, KeyEncryptionKey? prepared)
    {
        await _session.SweepAsync(change.Store).ConfigureAwait(false);
        KeyProvider target = await ProviderTransition.RequireIdleAsync(change.Store, draft.MigratingTo).ConfigureAwait(false);
        if (target.Status != tested)
        {
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, $"The key provider '{target.Name}' became {target.Status} meanwhile.");
        }

        await ProviderTransition.RefuseParentAsync(change.Store, target).ConfigureAwait(false);
        KeyProvider active = (await change.Store.Providers.FindActiveAsync(draft.TenantId).ConfigureAwait(false))!;
        PlatformRules.RequireMigration(await change.Store.Tenants.RequireAsync(draft.TenantId).ConfigureAwait(false), active, target);
        KeyMigration migration = draft with { MigratingFrom = active.Id };
        await change.Store.Migrations.AddAsync(migration).ConfigureAwait(false);
        await _modes[migration.Mode].BeginAsync(change, migration, options, prepared).ConfigureAwait(false);
        string runner = await _runners.AddAsync(change, migration).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationTriggered, migration.TenantId, MigrationEvents.Describe(migration));
        return (migration, runner);
    }

    private async Task<KeyMigration> StopAsync(Change change, string migrationId)
    {
        KeyMigration migration = await RequireAsync(change.Store, migrationId).ConfigureAwait(false);
        RequireStoppable(migration);
        if (migration.State == MigrationState.Stopped)
        {
            return migration;
        }

        if (migration.State == MigrationState.InProgress)
        {
            throw new TenantEncryptionException(ErrorCodes.MigrationRunning, $"The migration {migrationId} was resumed meanwhile.");
        }

        await _modes[migration.Mode].StopAsync(change, migration).ConfigureAwait(false);
        await MigrationRunners.RemoveAllAsync(change.Store, migrationId).ConfigureAwait(false);
        migration = migration with { State = MigrationState.Stopped, CompletedAt = _time.GetUtcNow(), Requested = null };
        await change.Store.Migrations.UpdateAsync(migration).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationFinished, migration.TenantId, MigrationEvents.Describe(migration));
        return migration;
    }

    private static bool HasNothingLeft(KeyMigration migration) => migration is { State: MigrationState.Completed, Failed: 0 };

    private static void RequireStoppable(KeyMigration migration)
    {
        if (migration.State == MigrationState.Completed)
        {
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, $"The migration {migration.Id} is Completed; there is nothing to stop.");
        }
    }

    private static async Task RequireResumableAsync(IStoreTransaction transaction, KeyMigration migration)
    {
        if (migration.State == MigrationState.InProgress)
        {
            throw new TenantEncryptionException(ErrorCodes.MigrationRunning, $"Another process works on the migration {migration.Id}.");
        }

        if (migration.State == MigrationState.Stopped)
        {
            throw new TenantEncryptionException(
                ErrorCodes.TransitionForbidden, $"The migration {migration.Id} was stopped, which is final; a new migration does the rest.");
        }

        if (migration.State == MigrationState.Completed)
        {
            KeyProvider target = await ProviderTransition.RequireIdleAsync(transaction, migration.MigratingTo).ConfigureAwait(false);
            if (target.Status != KeyProviderStatus.Active)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.TransitionForbidden, $"The target '{target.Name}' of the migration {migration.Id} is no longer Active; start a new migration.");
            }
        }
    }

    private async Task<(KeyMigration Migration, string Runner)> TakeOverAsync(Change change, string migrationId)
    {
        await _session.SweepAsync(change.Store).ConfigureAwait(false);
        KeyMigration migration = await RequireAsync(change.Store, migrationId).ConfigureAwait(false);
        await RequireResumableAsync(change.Store, migration).ConfigureAwait(false);
        await _modes[migration.Mode].ReopenAsync(change, migration).ConfigureAwait(false);
        await change.Store.Migrations.UpdateAsync(
            migration with { State = MigrationState.InProgress, Requested = null, FailureCode = null }).ConfigureAwait(false);
        await MigrationRunners.RemoveAllAsync(change.Store, migrationId).ConfigureAwait(false);
        string runner = await _runners.AddAsync(change, migration).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationProgressed, migration.TenantId, MigrationEvents.Describe(migration));
        return (migration, runner);
    }

    private async Task<KeyMigration> RunAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken)
    {
        using Activity? activity = MigrationTelemetry.Begin(migration.TenantId, migration.Id, migration.Mode.ToString());
        try
        {
            KeyMigration ended = await RunToItsEndAsync(operation, migration, run, cancellationToken).ConfigureAwait(false);
            MigrationTelemetry.End(activity, ended.State.ToString(), ended.Done);
            return ended;
        }
        catch (Exception error)
        {
            activity.Fail(error);
            throw;
        }
    }

    private async Task<KeyMigration> RunToItsEndAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken)
    {
        _session.Hold();
        var watch = new RequestWatch(_work, migration.Id, _time, cancellationToken);
        await using ConfiguredAsyncDisposable watching = watch.ConfigureAwait(false);
        try
        {
            KeyMigration ended = await _modes[migration.Mode].RunAsync(operation, migration, run, watch.Token).ConfigureAwait(false);
            if (ended.State != MigrationState.Completed)
            {
                // What is left is beyond this process's reach.
                await _runners.LeaveAsync(operation, migration, run.Runner, MigrationState.Suspended, null).ConfigureAwait(false);
                _work.Warn($"What is left of the migration {migration.Id} lies where this process does not reach it: on other machines, which go on with it, or in buckets.");
                return await GetAsync(migration.Id, CancellationToken.None).ConfigureAwait(false);
            }

            return ended;
        }
        catch (Exception) when (watch.Request is not null && !cancellationToken.IsCancellationRequested)
        {
            return await EndAsAskedAsync(operation, migration, run, watch.Request.Value).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not TenantEncryptionException)
        {
            // Cancelled, or an error that is not ours: it must not seem to go on for as long as this process lives.
            await _runners.LeaveAsync(operation, migration, run.Runner, MigrationState.Suspended, null).ConfigureAwait(false);
            throw;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.LeaseLost)
        {
            await _runners.LeaveAsync(operation, migration, run.Runner, MigrationState.Failed, exception.Code).ConfigureAwait(false);
            throw new TenantEncryptionException(
                ErrorCodes.MigrationFailed, $"The migration {migration.Id} could not go on ({exception.Code}): {exception.Detail}", exception)
            {
                KeyArn = exception.KeyArn,
                Region = exception.Region,
                RequestId = exception.RequestId,
                Operation = exception.Operation,
            };
        }
        finally
        {
            _session.Release();
        }
    }

    // The last one who leaves ends it as it was asked.
    private async Task<KeyMigration> EndAsAskedAsync(Operation operation, KeyMigration migration, MigrationRun run, MigrationState request)
    {
        await _runners.LeaveAsync(operation, migration, run.Runner, MigrationState.Suspended, null).ConfigureAwait(false);
        KeyMigration now = await GetAsync(migration.Id, CancellationToken.None).ConfigureAwait(false);
        return request == MigrationState.Stopped && now.State == MigrationState.Suspended
            ? await _work.ChangeAsync(
                operation, StoreScope.Of(migration.TenantId), change => StopAsync(change, migration.Id), CancellationToken.None).ConfigureAwait(false)
            : now;
    }

    private async Task<KeyMigration> RequireAsync(IStoreTransaction transaction, string migrationId) =>
        await _runners.AsSeenAsync(
            transaction,
            await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false)
                ?? throw new TenantEncryptionException(ErrorCodes.MigrationNotFound, $"There is no migration {migrationId}.")).ConfigureAwait(false);

    // The runner looks for it several times a second; one that died meanwhile is taken for what it is.
    private async Task<KeyMigration> AskAsync(string migrationId, MigrationState request, CancellationToken cancellationToken)
    {
        await _runners.WatchAsync(migrationId, cancellationToken).ConfigureAwait(false);
        KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        if (migration.State != MigrationState.InProgress)
        {
            return migration;
        }

        Operation operation = _work.Begin("KeyMigrationService.AskAsync", migration.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        await _work.ChangeAsync(
            operation,
            StoreScope.Of(migration.TenantId),
            async change =>
            {
                KeyMigration now = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
                if (now.State == MigrationState.InProgress && now.Requested != request)
                {
                    await change.Store.Migrations.UpdateAsync(now with { Requested = request }).ConfigureAwait(false);
                    JObject data = MigrationEvents.Describe(now);
                    data["requested"] = request.ToString();
                    change.Record(EventTypes.MigrationProgressed, now.TenantId, data);
                }
            },
            cancellationToken).ConfigureAwait(false);
        while (migration.State == MigrationState.InProgress)
        {
            await Task.Delay(LookInterval, _time, cancellationToken).ConfigureAwait(false);
            migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        }

        return migration;
    }

    private Task<KeyMigrationPlan> PlanAsync(IStoreTransaction transaction, string tenantId, KeyProvider target, KeyMigrationOptions? options)
    {
        options ??= new KeyMigrationOptions();
        RequireDegree(options);
        return MigrationPlanner.PlanAsync(transaction, tenantId, target, _modes[options.Mode], options, _providers.CountTestCalls);
    }

    private static MigrationRun RunOf(MigrationRunOptions options, string runner, IProgress<KeyMigration>? progress) =>
        new(runner, options.Workers, options.LowPriority, progress);

    private static MigrationItem ItemOf(FailedMessage failed) => new()
    {
        MigrationId = failed.MigrationId,
        KekId = failed.Entry.KekId ?? failed.Entry.DirectProviderId!,
        Path = failed.Entry.Name,
        MessageId = failed.Entry.MessageId,
        State = MigrationItemState.Failed,
        Code = failed.Code,
        Detail = failed.Detail,
    };

    private static void RequireDegree(MigrationRunOptions options)
    {
        if (options.DegreeOfParallelism is < 1)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"{options.DegreeOfParallelism} keys or files at the same time move none; one is the least.");
        }
    }

    private static void RequireJoinable(KeyMigration migration)
    {
        if (migration.Mode != MigrationMode.Reencrypt)
        {
            throw new TenantEncryptionException(
                ErrorCodes.TransitionForbidden, $"The migration {migration.Id} moves keys ({migration.Mode}), which one process does.");
        }

        if (migration.State != MigrationState.InProgress)
        {
            throw new TenantEncryptionException(ErrorCodes.TransitionForbidden, $"The migration {migration.Id} is {migration.State}: nobody works on it.");
        }
    }

    // Running a runbook twice must not fail: the target is Active, so there is nothing to do.
    // A provider that became Active without a migration gets one without items, so that its id can be asked for.
    private async Task<KeyMigration> FindDoneAsync(Operation operation, KeyProvider target, MigrationMode mode, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyMigration> all = await ListAsync(target.TenantId, cancellationToken).ConfigureAwait(false);
        if (all.LastOrDefault(one => one.MigratingTo == target.Id && one.Mode == mode && one.State == MigrationState.Completed) is { } done)
        {
            return done;
        }

        DateTimeOffset now = _time.GetUtcNow();
        var empty = new KeyMigration
        {
            Id = Identifiers.New(Identifiers.MigrationPrefix),
            TenantId = target.TenantId,
            Mode = mode,
            State = MigrationState.Completed,
            MigratingFrom = target.Id,
            MigratingTo = target.Id,
            MigratingFromName = target.Name,
            MigratingToName = target.Name,
            Actor = _actor,
            InitiatedAt = now,
            CompletedAt = now,
        };
        await _work.ChangeAsync(
            operation,
            StoreScope.Of(empty.TenantId),
            async change =>
            {
                await change.Store.Migrations.AddAsync(empty).ConfigureAwait(false);
                change.Record(EventTypes.MigrationFinished, empty.TenantId, MigrationEvents.Describe(empty));
            },
            cancellationToken).ConfigureAwait(false);
        return empty;
    }
}
