using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.State;

/// <summary>Tenants whose state was checked.</summary>
internal sealed class CheckedTenants(ITenantTable inner, CheckedTransaction transaction) : ITenantTable
{
    /// <inheritdoc/>
    public async Task AddAsync(EncryptionTenant tenant)
    {
        await transaction.ChangeAsync(tenant.TenantId).ConfigureAwait(false);
        await inner.AddAsync(tenant).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(EncryptionTenant tenant)
    {
        await transaction.ChangeAsync(tenant.TenantId).ConfigureAwait(false);
        await inner.UpdateAsync(tenant).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string tenantId)
    {
        await transaction.ChangeAsync(tenantId).ConfigureAwait(false);
        await inner.RemoveAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<EncryptionTenant?> FindAsync(string tenantId)
    {
        EncryptionTenant? found = await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return transaction.Changed.Contains(tenantId) ? await inner.FindAsync(tenantId).ConfigureAwait(false) : found;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EncryptionTenant>> ListAsync()
    {
        IReadOnlyList<string> ids = await transaction.KeepCheckedAsync(await inner.ListIdsAsync().ConfigureAwait(false)).ConfigureAwait(false);
        var tenants = new List<EncryptionTenant>(ids.Count);
        foreach (string id in ids)
        {
            if (await FindAsync(id).ConfigureAwait(false) is { } tenant)
            {
                tenants.Add(tenant);
            }
        }

        return tenants;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListIdsAsync() => inner.ListIdsAsync();

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListEpochsAsync() => inner.ListEpochsAsync();

    /// <inheritdoc/>
    public Task<string> ReadChangeMarkAsync() => inner.ReadChangeMarkAsync();

    /// <inheritdoc/>
    public Task<byte[]> HashRowsAsync(string tenantId) => inner.HashRowsAsync(tenantId);

    /// <inheritdoc/>
    public async Task<long> RaiseEpochAsync(string tenantId)
    {
        await transaction.ChangeAsync(tenantId).ConfigureAwait(false);
        return await inner.RaiseEpochAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<long?> GetEpochAsync(string tenantId) => inner.GetEpochAsync(tenantId);

    /// <inheritdoc/>
    public Task<bool> FenceAsync(string tenantId, long epoch) => inner.FenceAsync(tenantId, epoch);
}
