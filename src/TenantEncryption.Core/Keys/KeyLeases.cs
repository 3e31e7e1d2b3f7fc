using System.Collections.Concurrent;
using TenantEncryption.Changes;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Integrity;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>
/// Gives out leases of tenants' key-encryption keys: from memory while a lease lives, else by one call of the provider.
/// It looks at a tenant's epoch at most one second ago, and drops leases of an older epoch, and of a provider that KMS refused to any process.
/// </summary>
internal sealed class KeyLeases : IDisposable
{
    // Key ids come from messages that anyone may have written, so they must not each leave something behind.
    private const int Gates = 64;

    private static readonly TimeSpan EpochCheckInterval = TimeSpan.FromSeconds(1);

    private readonly IStore _store;
    private readonly KeySealer _sealer;
    private readonly ProviderRegions _regions;
    private readonly ProviderAuthenticator _authenticator;
    private readonly SecondLayer _secondLayer;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _shorterLease;
    private readonly IAeadFactory? _aeadFactory;
    private readonly ConcurrentDictionary<string, KeyLease> _leases = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Gates).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, CheckedState> _states = new(StringComparer.Ordinal);
    private readonly ITimer _sweeper;
    private volatile bool _disposed;

    /// <summary>Makes the leases of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sealer">Opens key records.</param>
    /// <param name="regions">Which region of a provider is asked.</param>
    /// <param name="authenticator">Authenticates the providers that it trusts.</param>
    /// <param name="secondLayer">What it demands of providers with a second layer.</param>
    /// <param name="epochs">Tells what this process changed, whose state is read again before a key is used.</param>
    /// <param name="time">The clock of leases.</param>
    /// <param name="shorterLease">A lease that this process wants, where it is shorter than the tenant's.</param>
    /// <param name="aeadFactory">The AEAD of the keys.</param>
    public KeyLeases(
        IStore store,
        KeySealer sealer,
        ProviderRegions regions,
        ProviderAuthenticator authenticator,
        SecondLayer secondLayer,
        RaisedEpochs epochs,
        TimeProvider time,
        TimeSpan? shorterLease,
        IAeadFactory? aeadFactory)
    {
        (_store, _sealer, _regions, _authenticator, _secondLayer) = (store, sealer, regions, authenticator, secondLayer);
        (_time, _shorterLease, _aeadFactory) = (time, shorterLease, aeadFactory);
        epochs.Raised += tenantId => _states.TryRemove(tenantId, out _);
        _sweeper = time.CreateTimer(_ => _ = SweepAsync(), null, EpochCheckInterval, EpochCheckInterval);
    }

    /// <summary>The tenant's keys as the store had them at most one second ago.</summary>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public async ValueTask<TenantKeyState> StateAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (_states.TryGetValue(tenantId, out CheckedState? known) && _time.GetElapsedTime(known.CheckedAt) < EpochCheckInterval)
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
    public async Task<TenantKeyState> RefreshAsync(string tenantId, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        long checkedAt = _time.GetTimestamp();
        IReadOnlyDictionary<string, long> refusals = await transaction.Providers.CountRefusalsAsync(tenantId).ConfigureAwait(false);
        if (_states.TryGetValue(tenantId, out CheckedState? known)
            && await transaction.Tenants.GetEpochAsync(tenantId).ConfigureAwait(false) == known.State.Tenant.Epoch)
        {
            TenantKeyState same = known.State with { Refusals = refusals };
            _states[tenantId] = new CheckedState(same, checkedAt);
            EndRefused(known.State, same);
            return same;
        }

        TenantKeyState state = await ReadStateAsync(transaction, tenantId, refusals).ConfigureAwait(false);
        _states[tenantId] = new CheckedState(state, checkedAt);
        DropOlder(tenantId, state.Tenant.Epoch);
        return state;
    }

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
        TenantKeyState state = await StateAsync(tenantId, cancellationToken).ConfigureAwait(false);
        if (FindLive(state.Tenant, kekId) is { } live)
        {
            return live;
        }

        SemaphoreSlim gate = _gates[(uint)StringComparer.Ordinal.GetHashCode(kekId) % Gates];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return FindLive(state.Tenant, kekId) ?? await OpenAsync(operation, tenantId, kekId, allowance, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Refuses a provider whose registration was changed by something else.</summary>
    public ValueTask RequireAuthenticAsync(KeyProvider provider, CancellationToken cancellationToken) =>
        _authenticator.RequireAsync(provider, cancellationToken);

    /// <summary>The KMS for the calls of a message that need no lease: one of a Direct tenant, or of another writer.</summary>
    public IKmsChannel KmsFor(Operation operation, KeyProvider provider, KmsAllowance allowance) => _regions.For(operation, provider, allowance);

    /// <summary>Whether a tenant has a second layer: no data key may come from its master key alone.</summary>
    /// <exception cref="TenantEncryptionException"><c>PROVIDER_ALTERED</c>: it can't be told.</exception>
    public async Task<bool> HasSecondLayerAsync(EncryptionTenant tenant, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await _secondLayer.CoversAsync(transaction, tenant, cancellationToken).ConfigureAwait(false);
    }

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
        foreach (SemaphoreSlim gate in _gates)
        {
            gate.Dispose();
        }
    }

    private async Task<TenantKeyState> ReadStateAsync(
        IStoreTransaction transaction, string tenantId, IReadOnlyDictionary<string, long> refusals)
    {
        EncryptionTenant tenant = await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        KeyProvider active = (await transaction.Providers.FindActiveAsync(tenantId).ConfigureAwait(false))!;
        await _authenticator.RequireAsync(active, CancellationToken.None).ConfigureAwait(false);
        return new TenantKeyState(
            tenant,
            active,
            (await transaction.Keys.FindCurrentAsync(tenantId).ConfigureAwait(false))!,
            refusals);
    }

    private KeyLease? FindLive(EncryptionTenant tenant, string kekId) =>
        _leases.TryGetValue(kekId, out KeyLease? lease)
        && lease.TenantId == tenant.TenantId && lease.Epoch >= tenant.Epoch && lease.IsLive
            ? lease
            : null;

    private async Task<KeyLease> OpenAsync(
        Operation operation, string tenantId, string kekId, KmsAllowance? allowance, CancellationToken cancellationToken)
    {
        EncryptionTenant tenant;
        KeyEncryptionKey? key;
        KeyProvider? provider;
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            tenant = await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
            key = await transaction.Keys.FindAsync(kekId).ConfigureAwait(false);
            provider = key is null ? null : await transaction.Providers.FindAsync(key.ProviderId).ConfigureAwait(false);
            if (provider is not null)
            {
                await _secondLayer.RefuseShutAsync(transaction, provider, cancellationToken).ConfigureAwait(false);
            }
        }

        if (key is null || provider is null || key.TenantId != tenantId)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, $"Tenant '{tenantId}' has no key {kekId} in this store.");
        }

        await _authenticator.RequireAsync(provider, cancellationToken).ConfigureAwait(false);
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
            var lease = new KeyLease(tenantId, kekId, provider.Id, tenant.Epoch, new SharedAead(kek.Span, _aeadFactory), duration, _time);
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

    private async Task SweepAsync()
    {
        EndWhere(lease => !lease.IsLive);
        foreach (string tenantId in _leases.Values.Select(lease => lease.TenantId).Distinct(StringComparer.Ordinal))
        {
            try
            {
                await RefreshAsync(tenantId, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is TenantEncryptionException or ObjectDisposedException)
            {
                // What can't be checked any more must not be used any more.
                Clear(tenantId);
            }
        }
    }

    private sealed record CheckedState(TenantKeyState State, long CheckedAt);
}
