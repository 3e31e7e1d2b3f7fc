using System.Runtime.CompilerServices;
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
/// Moves tenants to other providers while reads and writes go on. A migration is resumable and idempotent: ended at any instant, it leaves
/// every message readable, and resuming finishes it.
/// </summary>
public sealed class KeyMigrationService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly UnitOfWork _work;
    private readonly KeyProviderService _providers;
    private readonly SessionKeeper _session;
    private readonly KekRewrapper _rewrapper;
    private readonly string _actor;
    private readonly TimeProvider _time;

    internal KeyMigrationService(
        UnitOfWork work, KeyProviderService providers, SessionKeeper session, KekRewrapper rewrapper, string actor, TimeProvider time) =>
        (_work, _providers, _session, _rewrapper, _actor, _time) = (work, providers, session, rewrapper, actor, time);

    /// <summary>What a migration would do; nothing is unwrapped or written.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="toProviderId">The target's id.</param>
    /// <param name="mode">What moves.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>PROVIDER_NOT_FOUND</c>.</exception>
    public Task<KeyMigrationPlan> MeasureAsync(
        string tenantId, string toProviderId, MigrationMode mode = MigrationMode.RewrapKek, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(
            async transaction => await MigrationPlanner.PlanAsync(
                transaction,
                tenantId,
                await transaction.Providers.RequireAsync(toProviderId).ConfigureAwait(false),
                mode,
                _providers.CountTestCalls).ConfigureAwait(false),
            cancellationToken);

    /// <summary>What a migration to a provider would do that is not registered yet; nothing is unwrapped or written.</summary>
    /// <param name="to">The draft of the target.</param>
    /// <param name="mode">What moves.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The plan, without the calls that found the draft's key.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public Task<KeyMigrationPlan> MeasureAsync(
        KeyProviderDraft to, MigrationMode mode = MigrationMode.RewrapKek, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        return _work.ReadAsync(
            transaction => MigrationPlanner.PlanAsync(transaction, to.Provider.TenantId, to.Provider, mode, _providers.CountTestCalls), cancellationToken);
    }

    /// <summary>Moves a tenant to another provider, to the end, in this process.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="toProviderId">
    /// The target's id: a Pending or Archived provider of the tenant, or the Active one, to which keys of Archived providers are then gathered.
    /// </param>
    /// <param name="mode">What moves.</param>
    /// <param name="progress">Told after keys were moved.</param>
    /// <param name="degreeOfParallelism">How many keys are moved at the same time; the number of processors when not given.</param>
    /// <param name="cancellationToken">Suspends the migration.</param>
    /// <returns>The migration, Completed. Where there is nothing to do: the migration that led to the target, or one without items.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>, <c>PROVIDER_NOT_FOUND</c>, <c>PROVIDER_DEACTIVATED</c>, <c>MIGRATION_RUNNING</c>; the code of the failed test of the
    /// target, with nothing changed; <c>MIGRATION_FAILED</c>: it could not go on and can be resumed.
    /// </exception>
    public async Task<KeyMigration> StartAsync(
        string tenantId,
        string toProviderId,
        MigrationMode mode = MigrationMode.RewrapKek,
        IProgress<KeyMigration>? progress = null,
        int? degreeOfParallelism = null,
        CancellationToken cancellationToken = default)
    {
        RequireDegree(degreeOfParallelism);
        await _work.ReadAsync(transaction => transaction.Tenants.RequireAsync(tenantId), cancellationToken).ConfigureAwait(false);
        (EncryptionTenant tenant, KeyProvider target) = await _providers.ReadAsync(toProviderId, cancellationToken).ConfigureAwait(false);
        MigrationPlanner.RefuseTarget(tenantId, target);
        Operation operation = _work.Begin("KeyMigrationService.StartAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        if (target.Status == KeyProviderStatus.Active
            && !await _work.ReadAsync(transaction => MigrationPlanner.HasKeysElsewhereAsync(transaction, target), cancellationToken).ConfigureAwait(false))
        {
            return await FindDoneAsync(operation, target, mode, cancellationToken).ConfigureAwait(false);
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
        var migration = new KeyMigration
        {
            Id = Identifiers.New(Identifiers.MigrationPrefix),
            TenantId = tenantId,
            Mode = mode,
            State = MigrationState.InProgress,
            MigratingFrom = "",
            MigratingTo = target.Id,
            Actor = _actor,
            InitiatedAt = _time.GetUtcNow(),
            RunnerSessionId = _session.Id,
        };
        migration = await _work.ChangeAsync(operation, StoreScope.Of(tenantId), change => BeginAsync(change, migration, target.Status), cancellationToken).ConfigureAwait(false);
        return await RunAsync(operation, migration, degreeOfParallelism, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with a Suspended or Failed migration, or retries the failed items of a Completed one.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="progress">Told after keys were moved.</param>
    /// <param name="degreeOfParallelism">How many keys are moved at the same time; the number of processors when not given.</param>
    /// <param name="cancellationToken">Suspends the migration.</param>
    /// <returns>The migration, Completed. One with nothing left to do is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_NOT_FOUND</c>; <c>MIGRATION_RUNNING</c>: another process works on it; <c>TRANSITION_FORBIDDEN</c>: it was stopped, or another
    /// migration came after it; <c>MIGRATION_FAILED</c>.
    /// </exception>
    public async Task<KeyMigration> ResumeAsync(
        string migrationId, IProgress<KeyMigration>? progress = null, int? degreeOfParallelism = null, CancellationToken cancellationToken = default)
    {
        RequireDegree(degreeOfParallelism);
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
        KeyMigration migration = await GetAsync(migrationId, cancellationToken).ConfigureAwait(false);
        if (HasNothingLeft(migration))
        {
            return migration;
        }

        Operation operation = _work.Begin("KeyMigrationService.ResumeAsync", migration.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        (EncryptionTenant tenant, KeyProvider target) = await _providers.ReadAsync(migration.MigratingTo, cancellationToken).ConfigureAwait(false);
        await _providers.RequireWorkingAsync(operation, tenant, target, cancellationToken).ConfigureAwait(false);
        migration = await _work.ChangeAsync(operation, StoreScope.Of(migration.TenantId), change => TakeOverAsync(change, migrationId), cancellationToken).ConfigureAwait(false);
        return await RunAsync(operation, migration, degreeOfParallelism, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses what <see cref="ResumeAsync"/> would refuse because of the migration's state, and changes nothing.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The migration.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="ResumeAsync"/>.</exception>
    public async Task<KeyMigration> CheckResumingAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
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
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
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
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
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
                    seen.Add(await AsSeenAsync(transaction, migration).ConfigureAwait(false));
                }

                return seen;
            },
            cancellationToken);

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
                return [.. items.Where(item => item.State == MigrationItemState.Failed)];
            },
            cancellationToken);

    internal static JObject Describe(KeyMigration migration) => new()
    {
        ["migrationId"] = migration.Id,
        ["mode"] = migration.Mode.ToString(),
        ["state"] = migration.State.ToString(),
        ["from"] = migration.MigratingFrom,
        ["to"] = migration.MigratingTo,
        ["total"] = migration.Total,
        ["done"] = migration.Done,
        ["failed"] = migration.Failed,
    };

    private async Task<KeyMigration> BeginAsync(Change change, KeyMigration draft, KeyProviderStatus tested)
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
        if (target.Status != KeyProviderStatus.Active)
        {
            var newKey = new MigrationItem { MigrationId = migration.Id, KekId = Identifiers.New(Identifiers.KekPrefix), IsNewKey = true };
            await change.Store.Migrations.PutItemAsync(newKey).ConfigureAwait(false);
        }

        await MigrationPlanner.AddItemsAsync(change.Store, migration).ConfigureAwait(false);
        await _session.PutAsync(change.Store).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migration.Id).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationTriggered, migration.TenantId, Describe(migration));
        return migration;
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

        // Records that were staged would outlive their purpose.
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migrationId).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Staged)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Staged = null }).ConfigureAwait(false);
            }
        }

        migration = migration with { State = MigrationState.Stopped, CompletedAt = _time.GetUtcNow(), RunnerSessionId = null, Requested = null };
        await change.Store.Migrations.UpdateAsync(migration).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationFinished, migration.TenantId, Describe(migration));
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

    private async Task<KeyMigration> TakeOverAsync(Change change, string migrationId)
    {
        await _session.SweepAsync(change.Store).ConfigureAwait(false);
        KeyMigration migration = await RequireAsync(change.Store, migrationId).ConfigureAwait(false);
        await RequireResumableAsync(change.Store, migration).ConfigureAwait(false);
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migrationId).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Failed)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Code = null, Detail = null }).ConfigureAwait(false);
            }
        }

        await change.Store.Migrations.UpdateAsync(
            migration with { State = MigrationState.InProgress, RunnerSessionId = _session.Id, Requested = null, FailureCode = null }).ConfigureAwait(false);
        await _session.PutAsync(change.Store).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationProgressed, migration.TenantId, Describe(migration));
        return migration;
    }

    private async Task<KeyMigration> RunAsync(
        Operation operation, KeyMigration migration, int? degreeOfParallelism, IProgress<KeyMigration>? progress, CancellationToken cancellationToken)
    {
        _session.Hold();
        var watch = new RequestWatch(_work, migration.Id, _time, cancellationToken);
        await using ConfiguredAsyncDisposable watching = watch.ConfigureAwait(false);
        try
        {
            return await _rewrapper.RunAsync(operation, migration, degreeOfParallelism ?? Environment.ProcessorCount, progress, watch.Token).ConfigureAwait(false);
        }
        catch (Exception) when (watch.Request is not null && !cancellationToken.IsCancellationRequested)
        {
            return await EndAsAskedAsync(operation, migration, watch.Request.Value).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not TenantEncryptionException)
        {
            // Cancelled, or an error that is not ours: it must not seem to go on for as long as this process lives.
            await SetStateAsync(operation, migration, MigrationState.Suspended, null).ConfigureAwait(false);
            throw;
        }
        catch (TenantEncryptionException exception) when (exception.Code != ErrorCodes.LeaseLost)
        {
            await SetStateAsync(operation, migration, MigrationState.Failed, exception.Code).ConfigureAwait(false);
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

    private async Task<KeyMigration> EndAsAskedAsync(Operation operation, KeyMigration migration, MigrationState request)
    {
        await SetStateAsync(operation, migration, MigrationState.Suspended, null).ConfigureAwait(false);
        return request == MigrationState.Stopped
            ? await _work.ChangeAsync(
                operation, StoreScope.Of(migration.TenantId), change => StopAsync(change, migration.Id), CancellationToken.None).ConfigureAwait(false)
            : await GetAsync(migration.Id, CancellationToken.None).ConfigureAwait(false);
    }

    private Task SetStateAsync(Operation operation, KeyMigration running, MigrationState state, string? failureCode) =>
        _work.RecordAsync(
            operation,
            StoreScope.Of(running.TenantId),
            async change =>
            {
                KeyMigration migration = (await change.Store.Migrations.FindAsync(running.Id).ConfigureAwait(false))!;
                if (migration.RunnerSessionId != _session.Id || migration.State != MigrationState.InProgress)
                {
                    return;
                }

                migration = migration with { State = state, RunnerSessionId = null, Requested = null, FailureCode = failureCode };
                await change.Store.Migrations.UpdateAsync(migration).ConfigureAwait(false);
                JObject data = Describe(migration);
                data["code"] = failureCode;
                change.Record(EventTypes.MigrationProgressed, migration.TenantId, data);
            });

    private async Task<KeyMigration> RequireAsync(IStoreTransaction transaction, string migrationId) =>
        await AsSeenAsync(
            transaction,
            await transaction.Migrations.FindAsync(migrationId).ConfigureAwait(false)
                ?? throw new TenantEncryptionException(ErrorCodes.MigrationNotFound, $"There is no migration {migrationId}.")).ConfigureAwait(false);

    // The runner looks for it several times a second; one that died meanwhile is taken for what it is.
    private async Task<KeyMigration> AskAsync(string migrationId, MigrationState request, CancellationToken cancellationToken)
    {
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
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
                    JObject data = Describe(now);
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

    private static void RequireDegree(int? degreeOfParallelism)
    {
        if (degreeOfParallelism is < 1)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"{degreeOfParallelism} keys at the same time move none; one is the least.");
        }
    }

    private async Task WatchRunnerAsync(string migrationId, CancellationToken cancellationToken)
    {
        KeyMigration? migration = await _work.ReadAsync(transaction => transaction.Migrations.FindAsync(migrationId), cancellationToken).ConfigureAwait(false);
        if (migration is { State: MigrationState.InProgress, RunnerSessionId: { } runner })
        {
            await _session.WatchAsync([runner], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<KeyMigration> AsSeenAsync(IStoreTransaction transaction, KeyMigration migration) =>
        migration.State == MigrationState.InProgress && !await _session.IsAliveAsync(transaction, migration.RunnerSessionId).ConfigureAwait(false)
            ? migration with { State = MigrationState.Suspended, RunnerSessionId = null, Requested = null }
            : migration;

    // Running a runbook twice must not fail: the target is Active, so there is nothing to do.
    // A provider that became Active without a migration gets one without items, so that its id can be asked for.
    private async Task<KeyMigration> FindDoneAsync(Operation operation, KeyProvider target, MigrationMode mode, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyMigration> all = await ListAsync(target.TenantId, cancellationToken).ConfigureAwait(false);
        if (all.LastOrDefault(one => one.MigratingTo == target.Id && one.State == MigrationState.Completed) is { } done)
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
                change.Record(EventTypes.MigrationFinished, empty.TenantId, Describe(empty));
            },
            cancellationToken).ConfigureAwait(false);
        return empty;
    }
}
