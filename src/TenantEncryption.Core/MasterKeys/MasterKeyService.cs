using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.MasterKeys;

/// <summary>
/// Makes customer master keys in AWS KMS, looks at them and changes them. Each change is an event with the AWS request ids of its calls. A key's state,
/// policy, aliases and grants are each region's own: of a multi-Region key, a change concerns one region unless it says otherwise.
/// </summary>
public sealed class MasterKeyService
{
    // API reference, ScheduleKeyDeletion: PendingWindowInDays.
    private const int ShortestWindow = 7;
    private const int LongestWindow = 30;

    private readonly UnitOfWork _work;
    private readonly KeyConnections _connections;
    private readonly KeyPropagation _propagation;
    private readonly MasterKeyPlanner _planner;
    private readonly MasterKeyReader _reader;
    private readonly MasterKeyMaker _maker;
    private readonly MasterKeySwitch _switch;

    internal MasterKeyService(UnitOfWork work, KeyConnections connections, TimeProvider time)
    {
        (_work, _connections, _propagation) = (work, connections, new KeyPropagation(time));
        _planner = new MasterKeyPlanner(work);
        _reader = new MasterKeyReader(connections);
        _maker = new MasterKeyMaker(work, _reader, _propagation);
        _switch = new MasterKeySwitch(work, connections);
    }

    /// <summary>Plans a master key: what would be made, where, and whether the alias is free there. Nothing is made.</summary>
    /// <param name="request">What it shall be made from.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>INVALID_INPUT</c>, <c>TENANT_NOT_FOUND</c>, <c>ALIAS_EXISTS</c>, <c>WRONG_PARTITION</c>, <c>WRONG_REGION</c>,
    /// <c>KEY_SHARED_ACROSS_ORGANIZATIONS</c>; and what KMS answers.
    /// </exception>
    public async Task<MasterKeyPlan> PlanAsync(NewMasterKey request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Operation operation = _work.Begin("MasterKeyService.CreateAsync");
        await using var _ = operation.ConfigureAwait(false);
        return await _planner.PlanAsync(operation, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a symmetric master key with alias and rotation, the platform's policy, and its replicas with the same policy and alias.
    /// </summary>
    /// <param name="plan">The plan, from <see cref="PlanAsync"/>.</param>
    /// <param name="cancellationToken">Ends the operation. A key that was made by then stays; the event log has its ARN.</param>
    /// <returns>The key.</returns>
    /// <exception cref="TenantEncryptionException">
    /// What KMS answers. When the key was made and something after it failed, <see cref="TenantEncryptionException.Unfinished"/> is the key, and the
    /// remedy names the commands that go on or take it back.
    /// </exception>
    public async Task<MasterKey> CreateAsync(MasterKeyPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Operation operation = _work.Begin("MasterKeyService.CreateAsync");
        await using var _ = operation.ConfigureAwait(false);
        foreach (string warning in plan.Warnings)
        {
            _work.Warn(warning);
        }

        return await _maker.MakeAsync(operation, plan, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks at a master key from all sides. What may not be seen is left out, with a note.</summary>
    /// <param name="keyId">A key ARN, alias ARN, key id or alias name.</param>
    /// <param name="connection">
    /// Where and as whom to call; what it leaves open is that of the store's provider on the key, if there is one, else the SDK's default.
    /// </param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_ARN</c>, and what KMS answers to DescribeKey, such as <c>KEY_NOT_FOUND</c>.</exception>
    public async Task<MasterKey> GetAsync(string keyId, KmsConnection? connection = null, CancellationToken cancellationToken = default)
    {
        KmsConnection complete = await _connections.CompleteAsync(connection ?? new KmsConnection(), keyId, cancellationToken).ConfigureAwait(false);
        Operation operation = _work.Begin("MasterKeyService.GetAsync");
        await using var _ = operation.ConfigureAwait(false);
        return await _reader.ReadAsync(operation, complete, keyId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Enables a master key.</summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="allRegions">Whether to enable a multi-Region key in all of its regions.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key as it is then.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answers, such as <c>KEY_PENDING_DELETION</c>.</exception>
    public Task<MasterKey> EnableAsync(MasterKey key, bool allRegions = false, CancellationToken cancellationToken = default) => _switch.ChangeAsync(
        new RegionalChange("MasterKeyService.EnableAsync", EventTypes.MasterKeyEnabled, Shuts: false),
        key,
        allRegions,
        async (kms, region) =>
        {
            await kms.EnableKeyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false);
            return region with { State = "Enabled" };
        });

    /// <summary>
    /// Disables a master key: KMS refuses it within seconds, at times minutes, and what depends on it can't be read or written. Leases on it end at once
    /// in every process that uses this store.
    /// </summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="allRegions">Whether to disable a multi-Region key in all of its regions. Else the others stay open, and a warning says so.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key as it is then.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answers. Every region was tried then.</exception>
    public async Task<MasterKey> DisableAsync(MasterKey key, bool allRegions = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        MasterKey disabled = await _switch.ChangeAsync(
            new RegionalChange("MasterKeyService.DisableAsync", EventTypes.MasterKeyDisabled, Shuts: true),
            key,
            allRegions,
            async (kms, region) =>
            {
                await kms.DisableKeyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false);
                return region with { State = "Disabled" };
            }).ConfigureAwait(false);
        WarnOfOpenRegions(disabled);
        return disabled;
    }

    /// <summary>Refuses what <see cref="RemoveAsync"/> would refuse, and changes nothing.</summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="pendingWindowInDays">The waiting period, 7 to 30 days.</param>
    /// <param name="force">Whether it would be forced.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When it is checked.</returns>
    /// <exception cref="TenantEncryptionException"><c>HAS_DEPENDANTS</c>, <c>INVALID_INPUT</c>.</exception>
    public async Task CheckRemovalAsync(
        MasterKey key, int pendingWindowInDays = LongestWindow, bool force = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (pendingWindowInDays is < ShortestWindow or > LongestWindow)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"A waiting period of {Counted.Of(pendingWindowInDays, "day")} is not one of {ShortestWindow} to {LongestWindow}.");
        }

        if (!force)
        {
            RefuseDependants(key, await _connections.ProvidersOnAsync([.. key.AllArns], cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Has a master key deleted after a waiting period, in which it can't be used. What was sealed under a deleted key is lost for good.</summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="pendingWindowInDays">The waiting period, 7 to 30 days.</param>
    /// <param name="allRegions">Whether to delete a multi-Region key in all of its regions. KMS deletes a primary only after its replicas.</param>
    /// <param name="force">Whether to do so although key providers of the store hang on the key.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key as it is then.</returns>
    /// <exception cref="TenantEncryptionException"><c>HAS_DEPENDANTS</c>, <c>INVALID_INPUT</c>; and what KMS answers.</exception>
    public async Task<MasterKey> RemoveAsync(
        MasterKey key, int pendingWindowInDays = LongestWindow, bool allRegions = false, bool force = false, CancellationToken cancellationToken = default)
    {
        await CheckRemovalAsync(key, pendingWindowInDays, force, cancellationToken).ConfigureAwait(false);
        if (IsPending(key.State))
        {
            _work.Warn($"The deletion of {key.KeyArn} is scheduled already; MasterKeyService.RestoreAsync cancels it.");
        }

        if (key.IsPrimary && !allRegions && key.Replicas.Any(replica => !IsPending(replica.State)))
        {
            _work.Warn(
                $"AWS KMS deletes the primary {key.KeyArn} only when its replicas in {string.Join(", ", key.Replicas.Select(replica => replica.Region))} "
                + "are deleted, and they can be used until then; the option allRegions schedules their deletion, too.");
        }

        return await _switch.ChangeAsync(
            new RegionalChange("MasterKeyService.RemoveAsync", EventTypes.MasterKeyDeletionScheduled, Shuts: true),
            key,
            allRegions,
            async (kms, region) =>
            {
                if (IsPending(region.State))
                {
                    return null;
                }

                DateTimeOffset? date = (await kms.ScheduleDeletionAsync(
                    region.Connection, region.KeyArn, pendingWindowInDays, cancellationToken).ConfigureAwait(false)).Value;
                return region with { State = date is null ? "PendingReplicaDeletion" : "PendingDeletion", DeletionDate = date };
            }).ConfigureAwait(false);
    }

    /// <summary>Cancels the deletion of a master key. KMS leaves it Disabled.</summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="allRegions">Whether to do so for a multi-Region key in all of its regions.</param>
    /// <param name="enable">Whether to enable it, too.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key as it is then.</returns>
    /// <exception cref="TenantEncryptionException">What KMS answers.</exception>
    public async Task<MasterKey> RestoreAsync(
        MasterKey key, bool allRegions = false, bool enable = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await _switch.ChangeAsync(
            new RegionalChange("MasterKeyService.RestoreAsync", EventTypes.MasterKeyRestored, Shuts: false),
            key,
            allRegions,
            async (kms, region) =>
            {
                if (!IsPending(region.State))
                {
                    _work.Warn($"{region.KeyArn} is {region.State}: no deletion is scheduled.");
                    return null;
                }

                await kms.CancelDeletionAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false);
                if (enable)
                {
                    await kms.EnableKeyAsync(region.Connection, region.KeyArn, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    _work.Warn($"{region.KeyArn} is Disabled now, as AWS KMS leaves it; MasterKeyService.EnableAsync makes it usable.");
                }

                return region;
            }).ConfigureAwait(false);
        return await GetAsync(key.KeyArn, key.Connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes a master key's description, tags, rotation, alias and replicas. It can be done again until it is done.</summary>
    /// <param name="key">The key, from <see cref="GetAsync"/>.</param>
    /// <param name="update">What to change. Rotation and replicas are changed at the primary of a multi-Region key.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The key as it is then.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>, <c>ALIAS_EXISTS</c>; and what KMS answers.</exception>
    public async Task<MasterKey> UpdateAsync(MasterKey key, MasterKeyUpdate update, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(update);
        Operation operation = _work.Begin("MasterKeyService.UpdateAsync");
        await using var _ = operation.ConfigureAwait(false);
        var updater = new MasterKeyUpdater(operation, new KeyWork(operation, _propagation), key, update);
        updater.Check();
        try
        {
            await updater.UpdateAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (updater.Done.Count > 0)
            {
                await _switch.RecordAsync(operation, EventTypes.MasterKeyUpdated, key, new JProperty("changes", new JArray(updater.Done))).ConfigureAwait(false);
            }
        }

        return await _reader.ReadAsync(operation, key.Connection, key.KeyArn, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsPending(string? state) => state is "PendingDeletion" or "PendingReplicaDeletion";

    private static void RefuseDependants(MasterKey key, IReadOnlyList<KeyProvider> providers)
    {
        if (providers.Count > 0)
        {
            string shown = string.Join(", ", providers.Take(5).Select(provider => $"'{provider.Name}' of tenant '{provider.TenantId}'"));
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Key providers hang on {key.KeyArn}: {shown}{(providers.Count > 5 ? $" and {Counted.Of(providers.Count - 5, "other")}" : "")}. What they seal would be lost for good.{(key.DescribeLastUse() is { } use ? $" In {key.Region} it was {use}." : "")}")
            {
                KeyArn = key.KeyArn,
                Region = key.Region,
            };
        }
    }

    private void WarnOfOpenRegions(MasterKey key)
    {
        string[] open = [.. key.Replicas.Where(replica => replica.State is not "Disabled" && !IsPending(replica.State)).Select(replica => replica.Region)];
        if (open.Length > 0)
        {
            _work.Warn(
                $"{ErrorCodes.ReplicaStillOpen}: the key can still be used in {string.Join(", ", open)}, where it opens what was sealed in {key.Region}; the option allRegions shuts every region.");
        }
    }
}
