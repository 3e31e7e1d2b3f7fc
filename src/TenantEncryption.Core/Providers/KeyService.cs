using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys;

/// <summary>Lists and rotates tenants' key-encryption keys, and forgets their plaintext.</summary>
public sealed class KeyService
{
    private readonly UnitOfWork _work;
    private readonly KeyLeases _leases;
    private readonly KeyMaker _keyMaker;

    internal KeyService(UnitOfWork work, KeyLeases leases, KeyMaker keyMaker) => (_work, _leases, _keyMaker) = (work, leases, keyMaker);

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
