using System.Collections.Concurrent;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.State;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Gives out leases of tenants' key-encryption keys: from memory while a lease lives, else by one call of the provider.
/// It looks at a tenant's epoch at most one second ago, and drops leases of an older epoch, and of a provider that KMS refused to any process.
/// </summary>
internal sealed class KeyLeases : IDisposable
{
    private static readonly TimeSpan EpochCheckInterval = TimeSpan.FromSeconds(1);

    // States of tenants without a lease, whose keys serve one operation each, or that were only looked for.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(1);

    private readonly UnitOfWork _work;
    private readonly KeySealer _sealer;
    private readonly ProviderRegions _regions;
    private readonly RootKeys _roots;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _shorterLease;
    private readonly IAeadFactory? _aeadFactory;
    private readonly ConcurrentDictionary<string, KeyLease> _leases = new(StringComparer.Ordinal);

    // One call of KMS at a time for each key: who wants the same one waits for it, and shares its failure. Nothing stays of a key that is not being opened.
    private readonly ConcurrentDictionary<(string TenantId, string KekId), Task> _opening = new();
    private readonly ConcurrentDictionary<string, CheckedState> _states = new(StringComparer.Ordinal);
    private readonly ITimer _sweeper;

    // Nothing changed in the store in between: what was read of it since is as it is.
    private volatile Quiet? _quiet;
    private volatile bool _disposed;

    /// <summary>Makes the leases of a store.</summary>
    /// <param name="work">Reads the store.</param>
    /// <param name="sealer">Opens key records.</param>
    /// <param name="regions">Which region of a provider is asked.</param>
    /// <param name="roots">The root keys, for whose lease what they open is held at most.</param>
    /// <param name="epochs">Tells what this process changed, whose state is read again before a key is used.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="shorterLease">A lease that this process wants, where it is shorter than the tenant's.</param>
    /// <param name="aeadFactory">The AEAD of the keys.</param>
    public KeyLeases(
        UnitOfWork work,
        KeySealer sealer,
        ProviderRegions regions,
        RootKeys roots,
        RaisedEpochs epochs,
        TimeProvider time,
        TimeSpan? shorterLease,
        IAeadFactory? aeadFactory)
    {
        (_work, _sealer, _regions, _roots) = (work, sealer, regions, roots);
        (_time, _shorterLease, _aeadFactory) = (time, shorterLease, aeadFactory);
        roots.OnRefused += () => EndWhere(lease => lease.NeedsRoot);
        epochs.Raised += tenantId => _states.TryRemove(tenantId, out _);
        _sweeper = time.CreateTimer(_ => _ = SweepAsync(), null, EpochCheckInterval, EpochCheckInterval);
    }

    /// <summary>The tenant's keys as the store had them at most one second ago.</summary>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public async ValueTask<TenantKeyState> StateAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (_states.TryGetValue(tenantId, out CheckedState? known) && (IsRecent(known.CheckedAt) || (_quiet is { } quiet && known.CheckedAt >= quiet.Since && IsRecent(quiet.Until))))
        {
            return known.State;
        }

        return await RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The tenant of an id, or <see langword="null"/>.</summary>
    public async ValueTask<EncryptionTenant?> FindTenantAsync(string tenantId, CancellationToken cancellationToken)
    {
        try
        {
            return (await StateAsync(tenantId, cancellationToken).ConfigureAwait(false)).Tenant;
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.TenantNotFound)
        {
            return null;
        }
    }

    /// <summary>The tenant's keys as the store has them now.</summary>
    public Task<TenantKeyState> RefreshAsync(string tenantId, CancellationToken cancellationToken) =>
        RefreshAsync(tenantId, _time.GetTimestamp(), cancellationToken);

    // What is read is not older than the moment before.
    private Task<TenantKeyState> RefreshAsync(string tenantId, long checkedAt, CancellationToken cancellationToken) => _work.ReadAsync(
        async transaction =>
        {
            IReadOnlyDictionary<string, long> refusals = await transaction.Providers.CountRefusalsAsync(tenantId).ConfigureAwait(false);
            if (_states.TryGetValue(tenantId, out CheckedState? known)
                && await transaction.Tenants.GetEpochAsync(tenantId).ConfigureAwait(false) == known.State.Tenant.Epoch)
            {
                return Keep(tenantId, known.State, refusals, checkedAt);
            }

            TenantState found = await _work.KnownStateAsync(transaction, tenantId).ConfigureAwait(false);
            if (found.Tenant is null)
            {
                await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            }

            TenantKeyState state = TenantKeyState.Of(found, refusals);
            _states[tenantId] = new CheckedState(state, checkedAt);
            DropOlder(tenantId, state.Tenant.Epoch);
            return state;
        },
        cancellationToken);

    /// <summary>A lease of one of the tenant's keys, for unwrapping.</summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>WRONG_KEY</c>: the tenant has no such key; <c>PROVIDER_DEACTIVATED</c>; or what the provider answered.
    /// </exception>
    public ValueTask<KeyLease> LeaseAsync(Operation operation, string tenantId, string kekId, CancellationToken cancellationToken) =>
        LeaseAsync(operation, tenantId, kekId, null, cancellationToken);

    /// <summary>The same for a key that a message names, which may cause so many calls of KMS.</summary>
    /// <exception cref="TenantEncryptionException">As above; <c>LIMIT_EXCEEDED</c>: the message may cause no more calls.</exception>
    public async ValueTask<KeyLease> LeaseAsync(
        Operation operation, string tenantId, string kekId, KmsAllowance? allowance, CancellationToken cancellationToken)
    {
        while (true)
        {
            TenantKeyState state = await StateAsync(tenantId, cancellationToken).ConfigureAwait(false);
            if (FindLive(state.Tenant, kekId) is { } live)
            {
                return live;
            }

            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task opening = _opening.GetOrAdd((tenantId, kekId), mine.Task);
            if (opening == mine.Task)
            {
                return await OpenForAllAsync(mine, operation, tenantId, kekId, allowance, cancellationToken).ConfigureAwait(false);
            }

            await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The KMS for the calls of a message that need no lease: one of a Direct tenant, or of another writer.</summary>
    public IKmsChannel KmsFor(Operation operation, KeyProvider provider, KmsAllowance allowance) => _regions.For(operation, provider, allowance);

    /// <summary>Says that an operation is done with a lease, which ends it when it served that operation only.</summary>
    public void Return(KeyLease lease)
    {
        if (!_leases.TryGetValue(lease.KekId, out KeyLease? kept) || !ReferenceEquals(kept, lease))
        {
            lease.End();
        }
    }

    /// <summary>Forgets plaintext keys now.</summary>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for all.</param>
    public void Clear(string? tenantId = null) => EndWhere(lease => tenantId is null || lease.TenantId == tenantId);

    /// <summary>Ends what a provider opened, as it was found to refuse.</summary>
    public void EndOfProvider(string providerId) => EndWhere(lease => lease.ProviderId == providerId);

    /// <summary>How long a key of a tenant may be held in this process.</summary>
    public TimeSpan DurationFor(EncryptionTenant tenant)
    {
        TimeSpan longest = tenant.KeyLease < LeaseRule.Longest ? tenant.KeyLease : LeaseRule.Longest;
        return _shorterLease < longest ? _shorterLease.Value : longest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _sweeper.Dispose();
        Clear();
    }

    private TenantKeyState Keep(string tenantId, TenantKeyState known, IReadOnlyDictionary<string, long> refusals, long checkedAt)
    {
        TenantKeyState same = known with { Refusals = refusals };
        _states[tenantId] = new CheckedState(same, checkedAt);
        EndRefused(known, same);
        return same;
    }

    private KeyLease? FindLive(EncryptionTenant tenant, string kekId) =>
        _leases.TryGetValue(kekId, out KeyLease? lease)
        && lease.TenantId == tenant.TenantId && lease.Epoch >= tenant.Epoch && lease.IsLive
            ? lease
            : null;

    private async Task<KeyLease> OpenForAllAsync(
        TaskCompletionSource mine, Operation operation, string tenantId, string kekId, KmsAllowance? allowance, CancellationToken cancellationToken)
    {
        TenantEncryptionException? shared = null;
        try
        {
            return await OpenAsync(operation, tenantId, kekId, allowance, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException failure)
        {
            // That a message may cause no more calls is its own affair.
            shared = failure.Code == ErrorCodes.LimitExceeded ? null : failure;
            throw;
        }
        finally
        {
            _opening.TryRemove((tenantId, kekId), out Task? _);
            if (shared is null)
            {
                mine.SetResult();
            }
            else
            {
                mine.SetException(shared);
                _ = mine.Task.Exception;
            }
        }
    }

    private async Task<KeyLease> OpenAsync(
        Operation operation, string tenantId, string kekId, KmsAllowance? allowance, CancellationToken cancellationToken)
    {
        TenantState state = await _work.StateAsync(tenantId, cancellationToken).ConfigureAwait(false);
        if (state.Tenant is not { } tenant || state.FindKey(kekId) is not { } key || state.FindProvider(key.ProviderId) is not { } provider)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, $"Tenant '{tenantId}' has no key {kekId} in this store.");
        }

        SecondLayer.RefuseShut(state, provider);
        if (provider.Status is not (KeyProviderStatus.Active or KeyProviderStatus.Archived))
        {
            throw new TenantEncryptionException(
                ErrorCodes.ProviderDeactivated, $"The key provider '{provider.Name}' of tenant '{tenantId}' is {provider.Status}.")
            { KeyArn = provider.KeyArn };
        }

        TimeSpan duration = DurationFor(tenant);
        try
        {
            RequiredGrant.RequireKnown(tenant, provider);
            using SecretBytes kek = await _sealer.OpenAsync(
                _regions.For(operation, provider, allowance), key.Record, provider, cancellationToken).ConfigureAwait(false);
            if (RootPart.Of(provider) && _roots.Left is { } left && left < duration)
            {
                duration = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }

            var lease = new KeyLease(tenantId, kekId, provider, tenant.Epoch, new SharedAead(kek.Span, _aeadFactory), duration, _time);
            _work.WarnOfUnlockedKeys();
            if (duration > TimeSpan.Zero)
            {
                Keep(lease);
            }

            return lease;
        }
        catch (TenantEncryptionException refusal) when (refusal.Definition.Kind != ErrorKind.Unavailable && refusal.Code != ErrorCodes.LimitExceeded)
        {
            // A refusal of the provider shuts everything that it opened before.
            EndOfProvider(provider.Id);
            throw;
        }
    }

    private void Keep(KeyLease lease)
    {
        if (_leases.TryGetValue(lease.KekId, out KeyLease? before))
        {
            before.End();
        }

        _leases[lease.KekId] = lease;
        if (_disposed)
        {
            Clear();
        }
    }

    private void EndRefused(TenantKeyState before, TenantKeyState now)
    {
        foreach (string providerId in now.Refusals.Keys.Where(id => now.RefusalsOf(id) != before.RefusalsOf(id)))
        {
            EndOfProvider(providerId);
        }
    }

    private void DropOlder(string tenantId, long epoch) => EndWhere(lease => lease.TenantId == tenantId && lease.Epoch < epoch);

    private void EndWhere(Func<KeyLease, bool> condition)
    {
        foreach ((string kekId, KeyLease lease) in _leases)
        {
            if (condition(lease) && _leases.TryRemove(new KeyValuePair<string, KeyLease>(kekId, lease)))
            {
                lease.End();
            }
        }
    }

    // One look at the store for all tenants that have leases.
    private async Task SweepAsync()
    {
        EndWhere(lease => !lease.IsLive);
        HashSet<string> leased = _leases.Values.Select(lease => lease.TenantId).ToHashSet(StringComparer.Ordinal);
        foreach ((string tenantId, CheckedState idle) in _states)
        {
            if (!leased.Contains(tenantId) && _time.GetElapsedTime(idle.CheckedAt) > LongestIdle)
            {
                _states.TryRemove(new KeyValuePair<string, CheckedState>(tenantId, idle));
            }
        }

        if (leased.Count == 0)
        {
            return;
        }

        try
        {
            foreach (string changed in await FindChangedAsync(leased).ConfigureAwait(false))
            {
                await RefreshOrClearAsync(changed).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is TenantEncryptionException or ObjectDisposedException)
        {
            // What can't be checked any more must not be used any more.
            _quiet = null;
            Clear();
        }
    }

    private Task<List<string>> FindChangedAsync(HashSet<string> leased) => FindChangedAsync(leased, _time.GetTimestamp());

    private Task<List<string>> FindChangedAsync(HashSet<string> leased, long begun) => _work.ReadAsync(
        async transaction =>
        {
            string mark = await transaction.Tenants.ReadChangeMarkAsync().ConfigureAwait(false);
            long checkedAt = _time.GetTimestamp();
            if (_quiet is { } quiet && quiet.Mark == mark)
            {
                _quiet = quiet with { Until = begun };
                return [];
            }

            _quiet = new Quiet(mark, checkedAt, begun);
            IReadOnlyDictionary<string, long> epochs = await transaction.Tenants.ListEpochsAsync().ConfigureAwait(false);
            ILookup<string, (string ProviderId, long Count)> refusals = (await transaction.Providers.ListRefusalsAsync().ConfigureAwait(false))
                .ToLookup(one => one.TenantId, one => (one.ProviderId, one.Count), StringComparer.Ordinal);
            var changed = new List<string>();
            foreach (string tenantId in leased)
            {
                if (_states.TryGetValue(tenantId, out CheckedState? known) && epochs.TryGetValue(tenantId, out long epoch) && epoch == known.State.Tenant.Epoch)
                {
                    Keep(tenantId, known.State, refusals[tenantId].ToDictionary(one => one.ProviderId, one => one.Count, StringComparer.Ordinal), checkedAt);
                }
                else
                {
                    changed.Add(tenantId);
                }
            }

            return changed;
        },
        CancellationToken.None);

    private async Task RefreshOrClearAsync(string tenantId)
    {
        try
        {
            await RefreshAsync(tenantId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TenantEncryptionException)
        {
            Clear(tenantId);
        }
    }

    private bool IsRecent(long timestamp) => _time.GetElapsedTime(timestamp) < EpochCheckInterval;

    private sealed record CheckedState(TenantKeyState State, long CheckedAt);

    private sealed record Quiet(string Mark, long Since, long Until);
}
