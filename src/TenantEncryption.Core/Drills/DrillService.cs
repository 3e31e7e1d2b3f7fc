using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Drills;

/// <summary>Rehearses with key providers what must work on a bad day: failing over to a replica, and shutting data at the key.</summary>
public sealed class DrillService
{
    private readonly UnitOfWork _work;
    private readonly KeySealer _sealer;
    private readonly SessionKeeper _session;
    private readonly LeftOvers _leftOvers;
    private readonly TimeProvider _time;

    internal DrillService(
        UnitOfWork work,
        KeySealer sealer,
        SessionKeeper session,
        LeftOvers leftOvers,
        TimeProvider time)
    {
        (_work, _sealer) = (work, sealer);
        (_session, _leftOvers, _time) = (session, leftOvers, time);
    }

    /// <summary>
    /// Proves that a provider of a multi-Region key can fail over and come home: what one region sealed, the others open, both ways. Nothing
    /// is changed, and no outage is needed.
    /// </summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="progress">Told of what is being done.</param>
    /// <param name="cancellationToken">Ends the drill.</param>
    /// <returns>The steps. A step that fails is a result.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PROVIDER_NOT_FOUND</c>, <c>STATE_ALTERED</c>, <c>PROVIDER_DEACTIVATED</c>; <c>INVALID_INPUT</c>: it is the internal provider;
    /// <c>REPLICA_MISSING</c>: the key is of one region.
    /// </exception>
    public async Task<DrillResult> RunFailoverAsync(string providerId, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        (EncryptionTenant tenant, KeyProvider provider, KeyRecord? own) = await ReadAsync(providerId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("DrillService.RunFailoverAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        KeyRegion[] replicas = [.. (await RegionsAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false)).Skip(1)];
        if (replicas.Length == 0)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ReplicaMissing, $"The key {provider.KeyArn} is known in {KeyRegion.Home(provider).Region} alone: the key provider '{provider.Name}' has nothing to fail over to.")
            { KeyArn = provider.KeyArn };
        }

        var run = new Run(this, KeyProviderDrill.Failover, operation, tenant, provider, Guid.NewGuid(), new DrillLog(_time, progress));
        return await run.ToEndAsync(
            () => new FailoverDrill(_sealer).RunAsync(operation, tenant, provider, replicas, own, run.Log, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>What a drill of revocation would put into which key policies. Nothing is changed.</summary>
    /// <param name="providerId">The provider's id.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RunRevocationAsync"/>.</exception>
    public async Task<RevocationPlan> PlanRevocationAsync(string providerId, CancellationToken cancellationToken = default)
    {
        (EncryptionTenant tenant, KeyProvider provider, KeyRecord? _) = await ReadAsync(providerId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("DrillService.RunRevocationAsync", tenant.TenantId);
        await using var ended = operation.ConfigureAwait(false);
        IReadOnlyList<KeyRegion> regions = await RegionsAsync(operation, tenant, provider, cancellationToken).ConfigureAwait(false);
        var drillId = Guid.NewGuid();
        string statement = DrillStatement.Create(drillId, _time.GetUtcNow()).ToJson().ToString(Formatting.Indented);
        return new RevocationPlan
        {
            ProviderId = providerId,
            DrillId = drillId,
            KeyArns = regions.Select(region => region.KeyArn).ToArray(),
            Statement = statement,
        };
    }

    /// <summary>
    /// Proves the kill switch on a scratch message: a statement that denies nothing but this drill is put into the key policy of every region, the
    /// message becomes unreadable, the statement is taken out, and it reads again; the tenant's own messages read throughout. However the
    /// drill ends, it takes its statement out; one that a crash left behind lapses by itself and is taken out by the next drill.
    /// </summary>
    /// <param name="plan">What is put where.</param>
    /// <param name="progress">Told of what is being done.</param>
    /// <param name="cancellationToken">Ends the drill.</param>
    /// <returns>The steps. A step that fails is a result.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PROVIDER_NOT_FOUND</c>, <c>STATE_ALTERED</c>, <c>PROVIDER_DEACTIVATED</c>, <c>DRILL_RUNNING</c>; <c>INVALID_INPUT</c>: it is the internal
    /// provider; or why a key policy can't be read.
    /// </exception>
    public async Task<DrillResult> RunRevocationAsync(
        RevocationPlan plan, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        (EncryptionTenant tenant, KeyProvider provider, KeyRecord? own) = await ReadAsync(plan.ProviderId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("DrillService.RunRevocationAsync", tenant.TenantId);
        await using var _ = operation.ConfigureAwait(false);
        var run = new Run(this, KeyProviderDrill.Revocation, operation, tenant, provider, plan.DrillId, new DrillLog(_time, progress));
        IReadOnlyList<KeyRegion> regions = [.. KeyRegion.All(provider with { ReplicaKeys = plan.KeyArns }).Where(region => plan.KeyArns.Contains(region.KeyArn))];
        List<RegionPolicy> policies = [.. regions.Select(region => new RegionPolicy(operation.Kms, region))];
        foreach (RegionPolicy policy in policies)
        {
            await SweepAsync(policy, run.Log, cancellationToken).ConfigureAwait(false);
        }

        var statement = DrillStatement.Create(plan.DrillId, _time.GetUtcNow());
        _leftOvers.Note(plan.DrillId, isRunning: true);
        _session.Hold();
        try
        {
            await RecordStartAsync(operation, provider, statement, plan.KeyArns, cancellationToken).ConfigureAwait(false);
            var drill = new RevocationDrill(_sealer, operation, tenant, provider, statement, policies, run.Log, _time);
            return await run.ToEndAsync(() => drill.RunAsync(own, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            _session.Release();
            _leftOvers.Note(plan.DrillId, isRunning: false);
        }
    }

    private async Task SweepAsync(RegionPolicy policy, DrillLog log, CancellationToken cancellationToken)
    {
        foreach (DrillStatement leftOver in await policy.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            await _leftOvers.RequireDeadAsync(leftOver, policy.Region.KeyArn, cancellationToken).ConfigureAwait(false);
            await policy.SweepAsync(leftOver, cancellationToken).ConfigureAwait(false);
            log.Warn("LeftOver", policy.Region.Region, null, $"The statement {leftOver.Sid}, which an earlier drill left behind, was taken out of the key policy of {policy.Region.KeyArn}.");
        }
    }

    private async Task<(EncryptionTenant Tenant, KeyProvider Provider, KeyRecord? Own)> ReadAsync(string providerId, CancellationToken cancellationToken)
    {
        (EncryptionTenant tenant, KeyProvider provider, KeyRecord? own) = await _work.ReadAsync(
            async transaction =>
            {
                KeyProvider found = await transaction.Providers.RequireAsync(providerId).ConfigureAwait(false);
                SecondLayer.RefuseShut(await _work.StateAsync(transaction, found.TenantId).ConfigureAwait(false), found);
                IReadOnlyList<KeyEncryptionKey> keys = await transaction.Keys.ListAsync(found.TenantId).ConfigureAwait(false);
                return (
                    await transaction.Tenants.RequireAsync(found.TenantId).ConfigureAwait(false),
                    found,
                    keys.LastOrDefault(key => key.ProviderId == found.Id)?.Record);
            },
            cancellationToken).ConfigureAwait(false);
        if (provider.Type == KeyProviderType.Internal)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{provider.Name}' is the internal provider; drills are of customers' keys.");
        }

        return provider.Status != KeyProviderStatus.Deactivated
            ? (tenant, provider, own)
            : throw new TenantEncryptionException(ErrorCodes.ProviderDeactivated, $"The key provider '{provider.Name}' is Deactivated.") { KeyArn = provider.KeyArn };
    }

    /// <summary>The regions that KMS tells of now, the provider's own first; those that are registered when it tells nothing.</summary>
    private static async Task<IReadOnlyList<KeyRegion>> RegionsAsync(
        Operation operation, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? replicas = provider.MultiRegion
            ? await ReplicaSearch.FindAsync(operation.Kms, tenant, provider, cancellationToken).ConfigureAwait(false)
            : [];
        return KeyRegion.All(provider with { ReplicaKeys = replicas ?? provider.ReplicaKeys });
    }

    private Task RecordStartAsync(
        Operation operation, KeyProvider provider, DrillStatement statement, IReadOnlyList<string> keyArns, CancellationToken cancellationToken) =>
        _work.ChangeAsync(
            operation,
            StoreScope.Of(provider.TenantId),
            async change =>
            {
                await _session.PutAsync(change.Store).ConfigureAwait(false);
                JObject data = ProviderData.Of(provider);
                data["drill"] = nameof(KeyProviderDrill.Revocation);
                data["drillId"] = statement.DrillId.ToString();
                data["sessionId"] = _session.Id;
                data["keys"] = new JArray(keyArns);
                data["statement"] = statement.ToJson().ToString(Formatting.None);
                change.Record(EventTypes.DrillStarted, provider.TenantId, data);
            },
            cancellationToken);

    /// <summary>One drill from its beginning to the event that tells its end.</summary>
    private sealed class Run(
        DrillService service, KeyProviderDrill drill, Operation operation, EncryptionTenant tenant, KeyProvider provider, Guid drillId, DrillLog log)
    {
        private readonly DateTimeOffset _begun = service._time.GetUtcNow();
        private readonly long _timestamp = service._time.GetTimestamp();

        public DrillLog Log => log;

        public async Task<DrillResult> ToEndAsync(Func<Task> work)
        {
            bool isWhole = false;
            try
            {
                await work().ConfigureAwait(false);
                isWhole = true;
                return Result;
            }
            finally
            {
                await RecordEndAsync(isWhole ? Result.Code : ErrorCodes.Cancelled).ConfigureAwait(false);
            }
        }

        private DrillResult Result => new()
        {
            ProviderId = provider.Id,
            Name = provider.Name,
            TenantId = tenant.TenantId,
            KeyArn = provider.KeyArn!,
            Drill = drill,
            DrillId = drillId,
            Time = _begun,
            Elapsed = service._time.GetElapsedTime(_timestamp),
            Steps = log.Steps.ToArray(),
        };

        private Task RecordEndAsync(string code) => service._work.RecordAsync(
            operation,
            StoreScope.Of(tenant.TenantId),
            change =>
            {
                JObject data = ProviderData.Of(provider);
                data["drill"] = drill.ToString();
                data["drillId"] = drillId.ToString();
                data["code"] = code;
                data["shutAfterMilliseconds"] = (long?)Result.ShutAfter?.TotalMilliseconds;
                data["readAgainAfterMilliseconds"] = (long?)Result.ReadAgainAfter?.TotalMilliseconds;
                data["steps"] = new JArray(log.Steps.Select(step => new JObject
                {
                    ["name"] = step.Name,
                    ["region"] = step.Region,
                    ["outcome"] = step.Outcome.ToString(),
                    ["code"] = step.Code,
                    ["milliseconds"] = (long)step.Elapsed.TotalMilliseconds,
                }));
                change.Record(EventTypes.DrillFinished, tenant.TenantId, data);
            });
    }
}
