using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.State;

/// <summary>
/// A transaction that gives no row of a tenant, provider, key or platform before the state that it belongs to was checked, and notes whose state is
/// changed. What it is made on is the store's own transaction, in whose snapshot both happen.
/// </summary>
internal sealed class CheckedTransaction : IStoreTransaction
{
    private readonly IStoreTransaction _inner;
    private readonly StateChecks _checks;
    private readonly Action<TenantEncryptionException>? _onAltered;
    private readonly Dictionary<string, EncryptionTenant?> _checked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private bool _storeChecked;

    /// <summary>Wraps a transaction.</summary>
    /// <param name="inner">The store's transaction; this object owns it.</param>
    /// <param name="checks">The checks.</param>
    /// <param name="onAltered">Told of each tenant whose rows are left out of a listing over all, as they were altered; <see langword="null"/>: the listing fails.</param>
    public CheckedTransaction(IStoreTransaction inner, StateChecks checks, Action<TenantEncryptionException>? onAltered = null)
    {
        (_inner, _checks, _onAltered) = (inner, checks, onAltered);
        Platforms = new CheckedPlatforms(inner.Platforms, this);
        Tenants = new CheckedTenants(inner.Tenants, this);
        Providers = new CheckedProviders(inner.Providers, this);
        Keys = new CheckedKeys(inner.Keys, this);
        Migrations = new CheckedMigrations(inner.Migrations, this);
    }

    /// <summary>The tenants whose state the transaction changed.</summary>
    public IReadOnlyCollection<string> Changed => _changed;

    /// <summary>Whether it changed what the store keeps for all.</summary>
    public bool StoreChanged { get; private set; }

    /// <summary>What may be changed.</summary>
    public StoreScope Scope { get; init; } = StoreScope.None;

    /// <summary>The store's own transaction.</summary>
    public IStoreTransaction Inner => _inner;

    /// <inheritdoc/>
    public ISettingsTable Settings => _inner.Settings;

    /// <inheritdoc/>
    public IPlatformTable Platforms { get; }

    /// <inheritdoc/>
    public ITenantTable Tenants { get; }

    /// <inheritdoc/>
    public IProviderTable Providers { get; }

    /// <inheritdoc/>
    public IKeyTable Keys { get; }

    /// <inheritdoc/>
    public ICatalogTable Catalog => _inner.Catalog;

    /// <inheritdoc/>
    public IMigrationTable Migrations { get; }

    /// <inheritdoc/>
    public IRangeTable Ranges => _inner.Ranges;

    /// <inheritdoc/>
    public IEventTable Events => _inner.Events;

    /// <inheritdoc/>
    public IAnchorTable Anchors => _inner.Anchors;

    /// <inheritdoc/>
    public ISessionTable Sessions => _inner.Sessions;

    /// <summary>Checks a tenant's state, once in the transaction.</summary>
    /// <returns>The tenant as it was then; <see langword="null"/> when there is none.</returns>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public async ValueTask<EncryptionTenant?> RequireAsync(string tenantId)
    {
        if (!_checked.TryGetValue(tenantId, out EncryptionTenant? tenant))
        {
            tenant = (await _checks.LoadAsync(_inner, tenantId).ConfigureAwait(false)).Tenant;
            _checked.Add(tenantId, tenant);
        }

        return tenant;
    }

    /// <summary>Checks a tenant's state, and notes that the transaction changes it.</summary>
    public async ValueTask ChangeAsync(string tenantId)
    {
        RequireScope(tenantId);
        await RequireAsync(tenantId).ConfigureAwait(false);
        _changed.Add(tenantId);
    }

    /// <summary>Checks what the store keeps for all, once in the transaction.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>.</exception>
    public async ValueTask RequireStoreAsync()
    {
        if (!_storeChecked)
        {
            await _checks.RequireStoreAsync(_inner).ConfigureAwait(false);
            _storeChecked = true;
        }
    }

    /// <summary>The same, and notes that the transaction changes it.</summary>
    public async ValueTask ChangeStoreAsync()
    {
        RequireScope(StoredEvent.StoreChain);
        await RequireStoreAsync().ConfigureAwait(false);
        StoreChanged = true;
    }

    /// <summary>Those tenants whose state is as it should be.</summary>
    /// <exception cref="TenantEncryptionException"><c>STATE_ALTERED</c>, <c>STORE_ROLLED_BACK</c>: one of the others', where nobody is told of them.</exception>
    public async Task<IReadOnlyList<string>> KeepCheckedAsync(IReadOnlyList<string> tenantIds)
    {
        var kept = new List<string>(tenantIds.Count);
        foreach (string tenantId in tenantIds)
        {
            try
            {
                await RequireAsync(tenantId).ConfigureAwait(false);
                kept.Add(tenantId);
            }
            catch (TenantEncryptionException exception) when (_onAltered is not null && exception.Code is ErrorCodes.StateAltered or ErrorCodes.StoreRolledBack)
            {
                _onAltered!(exception);
            }
        }

        return kept;
    }

    /// <summary>Holds a change to what was said of it when the transaction began: only that keeps other writers out.</summary>
    public void RequireScope(string chain)
    {
        if (!Scope.Covers(chain))
        {
            throw new InvalidOperationException($"A change of '{chain}' is outside of what the transaction was begun for.");
        }
    }

    /// <inheritdoc/>
    public Task CommitAsync(CancellationToken cancellationToken = default) => _inner.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
