using TenantEncryption.Providers;
using TenantEncryption.Stores;

namespace TenantEncryption.State;

/// <summary>Key providers of tenants whose state was checked.</summary>
internal sealed class CheckedProviders(IProviderTable inner, CheckedTransaction transaction) : IProviderTable
{
    /// <inheritdoc/>
    public async Task AddAsync(KeyProvider provider)
    {
        await transaction.ChangeAsync(provider.TenantId).ConfigureAwait(false);
        await inner.AddAsync(provider).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(KeyProvider provider)
    {
        await transaction.ChangeAsync(provider.TenantId).ConfigureAwait(false);
        await inner.UpdateAsync(provider).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string providerId)
    {
        if (await inner.FindAsync(providerId).ConfigureAwait(false) is { } provider)
        {
            await transaction.ChangeAsync(provider.TenantId).ConfigureAwait(false);
        }

        await inner.RemoveAsync(providerId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyProvider>> ListAsync(KeyProviderFilter filter)
    {
        if (filter.TenantId is { } tenantId)
        {
            await transaction.RequireAsync(tenantId).ConfigureAwait(false);
            return await inner.ListAsync(filter).ConfigureAwait(false);
        }

        var providers = new List<KeyProvider>();
        foreach (string tenant in await transaction.KeepCheckedAsync(await inner.ListTenantsAsync(filter).ConfigureAwait(false)).ConfigureAwait(false))
        {
            providers.AddRange(await inner.ListAsync(filter with { TenantId = tenant }).ConfigureAwait(false));
        }

        return providers;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyProvider>> ListRegistrationsAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.ListRegistrationsAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync() => inner.ListNamesAsync();

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTenantsAsync(KeyProviderFilter filter) => inner.ListTenantsAsync(filter);

    /// <inheritdoc/>
    public async Task<KeyProvider?> FindAsync(string providerId)
    {
        KeyProvider? found = await StateRows.ReadAsync($"The row of the key provider {providerId}", () => inner.FindAsync(providerId)).ConfigureAwait(false);
        if (found is not null)
        {
            await transaction.RequireAsync(found.TenantId).ConfigureAwait(false);
        }

        return found;
    }

    /// <inheritdoc/>
    public async Task<KeyProvider?> FindActiveAsync(string tenantId)
    {
        await transaction.RequireAsync(tenantId).ConfigureAwait(false);
        return await inner.FindActiveAsync(tenantId).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task NoteTestAsync(string providerId, DateTimeOffset testedAt, string code) => inner.NoteTestAsync(providerId, testedAt, code);

    /// <inheritdoc/>
    public Task AddRefusalAsync(string providerId) => inner.AddRefusalAsync(providerId);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> CountRefusalsAsync(string tenantId) => inner.CountRefusalsAsync(tenantId);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string TenantId, string ProviderId, long Count)>> ListRefusalsAsync() => inner.ListRefusalsAsync();
}
