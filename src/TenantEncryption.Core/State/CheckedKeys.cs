using TenantEncryption.Keys;
using TenantEncryption.Stores;

namespace TenantEncryption.State;

/// <summary>Keys of tenants whose state was checked. Their wraps are counted beside it.</summary>
internal sealed class CheckedKeys(IKeyTable inner, CheckedTransaction transaction) : IKeyTable
{
    /// <inheritdoc/>
    public async Task AddAsync(KeyEncryptionKey key)
    {
        await transaction.ChangeAsync(key.TenantId).ConfigureAwait(false);
        await inner.AddAsync(key).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<KeyEncryptionKey?> FindAsync(string kekId)
    {
        KeyEncryptionKey? found = await StateRows.ReadAsync($"The row of the key {kekId}", () => inner.FindAsync(kekId)).ConfigureAwait(false);
        if (found is not null)
        {
            await transaction.RequireAsync(found.TenantId).ConfigureAwait(false);
        }

        return found;
    }

    /// <inheritdoc/>
    public async Task<KeyEncryptionKey?> FindCurrentAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.FindCurrentAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyEncryptionKey>> ListAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.ListAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyEncryptionKey>> ListRecordsAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.ListRecordsAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ReplaceRecordAsync(KeyRecord record)
    {
        await transaction.ChangeAsync(record.TenantId).ConfigureAwait(false);
        await inner.ReplaceRecordAsync(record).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task SetStatusAsync(string kekId, KeyEncryptionKeyStatus status)
    {
        await ChangeOfAsync(kekId).ConfigureAwait(false);
        await inner.SetStatusAsync(kekId, status).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> RemoveOfProviderAsync(string providerId)
    {
        if (await transaction.Inner.Providers.FindAsync(providerId).ConfigureAwait(false) is { } provider)
        {
            await transaction.ChangeAsync(provider.TenantId).ConfigureAwait(false);
        }

        return await inner.RemoveOfProviderAsync(providerId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string kekId)
    {
        await ChangeOfAsync(kekId).ConfigureAwait(false);
        await inner.RemoveAsync(kekId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<long?> CountWrapsAsync(string kekId) => inner.CountWrapsAsync(kekId);

    /// <inheritdoc/>
    public Task ReserveAsync(WrapReservation reservation, long additionalWraps) => inner.ReserveAsync(reservation, additionalWraps);

    /// <inheritdoc/>
    public Task<WrapReservation?> FindReservationAsync(string reservationId) => inner.FindReservationAsync(reservationId);

    /// <inheritdoc/>
    public Task CloseReservationAsync(WrapReservation reservation, long unusedWraps, long fileWraps) =>
        inner.CloseReservationAsync(reservation, unusedWraps, fileWraps);

    /// <inheritdoc/>
    public Task<bool> CountFoundAsync(string? kekId, string? providerId, long files) => inner.CountFoundAsync(kekId, providerId, files);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListWritersAsync(string providerId) => inner.ListWritersAsync(providerId);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListWritersOfKeyAsync(string kekId) => inner.ListWritersOfKeyAsync(kekId);

    private async ValueTask ChangeOfAsync(string kekId)
    {
        if (await inner.FindAsync(kekId).ConfigureAwait(false) is { } key)
        {
            await transaction.ChangeAsync(key.TenantId).ConfigureAwait(false);
        }
    }
}
