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
    /// <param name="progress">Told after each key.</param>
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
        CancellationToken cancellationToken = default)
    {
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
        return await RunAsync(operation, migration, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with a Suspended or Failed migration, or retries the failed items of a Completed one.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="progress">Told after each key.</param>
    /// <param name="cancellationToken">Suspends the migration.</param>
    /// <returns>The migration, Completed. One with nothing left to do is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_NOT_FOUND</c>; <c>MIGRATION_RUNNING</c>: another process works on it; <c>TRANSITION_FORBIDDEN</c>: it was stopped, or another
    /// migration came after it; <c>MIGRATION_FAILED</c>.
    /// </exception>
    public async Task<KeyMigration> ResumeAsync(string migrationId, IProgress<KeyMigration>? progress = null, CancellationToken cancellationToken = default)
    {
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
        return await RunAsync(operation, migration, progress, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Ends a migration for good on which no process works: what it has not put in place stays as it was, and a new migration may begin.</summary>
    /// <param name="migrationId">The id.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The migration, Stopped. One that is Stopped already is returned as it is.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>MIGRATION_NOT_FOUND</c>; <c>MIGRATION_RUNNING</c>: a process works on it; <c>TRANSITION_FORBIDDEN</c>: it is Completed.
    /// </exception>
    public async Task<KeyMigration> StopAsync(string migrationId, CancellationToken cancellationToken = default)
    {
        await WatchRunnerAsync(migrationId, cancellationToken).ConfigureAwait(false);
        string tenantId = (await GetAsync(migrationId, cancellationToken).ConfigureAwait(false)).TenantId;
        Operation operation = _work.Begin("KeyMigrationService.StopAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await _work.ChangeAsync(operation, StoreScope.Of(tenantId), change => StopAsync(change, migrationId), cancellationToken).ConfigureAwait(false);
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

        // Records that were staged would outlive their purpose.
        foreach (MigrationItem item in await change.Store.Migrations.ListItemsAsync(migrationId).ConfigureAwait(false))
        {
            if (item.State == MigrationItemState.Staged)
            {
                await change.Store.Migrations.PutItemAsync(item with { State = MigrationItemState.Pending, Staged = null }).ConfigureAwait(false);
            }
        }

        migration = migration with { State = MigrationState.Stopped, CompletedAt = _time.GetUtcNow(), RunnerSessionId = null };
        await change.Store.Migrations.UpdateAsync(migration).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationFinished, migration.TenantId, Describe(migration));
        return migration;
    }

    private static bool HasNothingLeft(KeyMigration migration) => migration is { State: MigrationState.Completed, Failed: 0 };

    private static void RequireStoppable(KeyMigration migration)
    {
        switch (migration.State)
        {
            case MigrationState.InProgress:
                throw new TenantEncryptionException(
                    ErrorCodes.MigrationRunning, $"A process works on the migration {migration.Id}; Ctrl+C there suspends it, and then it can be stopped.");
            case MigrationState.Completed:
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
            migration with { State = MigrationState.InProgress, RunnerSessionId = _session.Id, FailureCode = null }).ConfigureAwait(false);
        await _session.PutAsync(change.Store).ConfigureAwait(false);
        migration = (await change.Store.Migrations.FindAsync(migrationId).ConfigureAwait(false))!;
        change.Record(EventTypes.MigrationProgressed, migration.TenantId, Describe(migration));
        return migration;
    }

    private async Task<KeyMigration> RunAsync(
        Operation operation, KeyMigration migration, IProgress<KeyMigration>? progress, CancellationToken cancellationToken)
    {
        _session.Hold();
        try
        {
            return await _rewrapper.RunAsync(operation, migration, progress, cancellationToken).ConfigureAwait(false);
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

                migration = migration with { State = state, RunnerSessionId = null, FailureCode = failureCode };
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
            ? migration with { State = MigrationState.Suspended, RunnerSessionId = null }
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
