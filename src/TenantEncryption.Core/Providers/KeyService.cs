using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys;

/// <summary>Lists, rotates and removes tenants' key-encryption keys, and forgets their plaintext.</summary>
public sealed class KeyService
{
    private readonly UnitOfWork _work;
    private readonly KeyLeases _leases;
    private readonly KeyMaker _keyMaker;
    private readonly KeyRemover _remover;

    internal KeyService(UnitOfWork work, KeyLeases leases, KeyMaker keyMaker, KeyRemover remover) =>
        (_work, _leases, _keyMaker, _remover) = (work, leases, keyMaker, remover);

    /// <summary>A tenant's keys, oldest first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>.</exception>
    public Task<IReadOnlyList<KeyEncryptionKey>> ListAsync(string tenantId, CancellationToken cancellationToken = default) =>
        _work.ReadAsync(
            async transaction =>
            {
                await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
                return await transaction.Keys.ListAsync(tenantId).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Makes a new key under the Active provider; it wraps from now on, in every process within a second.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is changed then.</param>
    /// <returns>The new key.</returns>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>MIGRATION_RUNNING</c>, or what the provider answers.</exception>
    public async Task<KeyEncryptionKey> RotateAsync(string tenantId, CancellationToken cancellationToken = default)
    {
        Operation operation = _work.Begin("KeyService.RotateAsync", tenantId);
        await using var _ = operation.ConfigureAwait(false);
        return await RotateAsync(operation, tenantId, replacing: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses what <see cref="RemoveAsync"/> would refuse, but for writers at work, and changes nothing.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="kekId">The key's id.</param>
    /// <param name="force">Whether it would be forced.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The key.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="RemoveAsync"/>.</exception>
    public Task<KeyEncryptionKey> CheckRemovalAsync(string tenantId, string kekId, bool force = false, CancellationToken cancellationToken = default) =>
        _remover.CheckAsync(tenantId, kekId, force, cancellationToken);

    /// <summary>
    /// Removes a key that wraps no longer, with its record overwritten: what it wrapped opens no more. Leases of it end here at once, and in every other process
    /// within a second. A copy of the record, as in a backup of the store or an exported key ring, still opens for who may use the provider that sealed it.
    /// </summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="kekId">The key's id.</param>
    /// <param name="force">Whether to remove it although messages or values depend on it, which are lost then.</param>
    /// <param name="cancellationToken">Ends the operation; nothing is removed then.</param>
    /// <returns>The key as it was.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>TENANT_NOT_FOUND</c>; <c>INVALID_INPUT</c>: the tenant has no such key; <c>TRANSITION_FORBIDDEN</c>: it is the Current one; <c>MIGRATION_RUNNING</c>;
    /// <c>HAS_DEPENDANTS</c>: messages or values depend on it, a writer's reservation is open, or a process may still hold it.
    /// </exception>
    public async Task<KeyEncryptionKey> RemoveAsync(string tenantId, string kekId, bool force = false, CancellationToken cancellationToken = default)
    {
        KeyEncryptionKey removed = await _remover.RemoveAsync(tenantId, kekId, force, cancellationToken).ConfigureAwait(false);
        _leases.Clear(tenantId);
        return removed;
    }

    /// <summary>Forgets plaintext keys in this process now; the next use asks the provider again.</summary>
    /// <param name="tenantId">Of this tenant; <see langword="null"/> for all.</param>
    public void ClearLeases(string? tenantId = null) => _leases.Clear(tenantId);

    /// <summary>Rotates; with <paramref name="replacing"/>, only if that key is still the Current one.</summary>
    internal async Task<KeyEncryptionKey> RotateAsync(Operation operation, string tenantId, string? replacing, CancellationToken cancellationToken)
    {
        TenantKeyState state = await _leases.RefreshAsync(tenantId, cancellationToken).ConfigureAwait(false);
        if (replacing is not null && state.Current.KekId != replacing)
        {
            return state.Current;
        }

        KeyEncryptionKey key = await _keyMaker.MakeAsync(operation, state.Tenant, state.Active, cancellationToken).ConfigureAwait(false);
        return await _work.ChangeAsync(
            operation,
            StoreScope.Of(tenantId),
            async change =>
            {
                KeyEncryptionKey current = (await change.Store.Keys.FindCurrentAsync(tenantId).ConfigureAwait(false))!;
                if (replacing is not null && current.KekId != replacing)
                {
                    return current;
                }

                KeyProvider active = (await change.Store.Providers.FindActiveAsync(tenantId).ConfigureAwait(false))!;
                if (active.Id != key.ProviderId)
                {
                    throw new TenantEncryptionException(
                        Errors.ErrorCodes.LeaseLost, $"The Active provider of tenant '{tenantId}' changed while its key was rotated.");
                }

                await ProviderTransition.MakeCurrentAsync(change, key).ConfigureAwait(false);
                await change.RaiseEpochAsync(tenantId).ConfigureAwait(false);
                change.Record(
                    EventTypes.KeyRotated,
                    tenantId,
                    new JObject { ["providerId"] = key.ProviderId, ["kekId"] = key.KekId, ["previousKekId"] = current.KekId });
                return key;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
