using TenantEncryption.Stores;

namespace TenantEncryption.State;

/// <summary>Platform profiles that the store's own chain of events authenticates.</summary>
internal sealed class CheckedPlatforms(IPlatformTable inner, CheckedTransaction transaction) : IPlatformTable
{
    /// <inheritdoc/>
    public async Task AddAsync(StoredPlatform platform)
    {
        await transaction.ChangeStoreAsync().ConfigureAwait(false);
        await inner.AddAsync(platform).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<StoredPlatform?> FindAsync(string name)
    {
        await transaction.RequireStoreAsync().ConfigureAwait(false);
        return await inner.FindAsync(name).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredPlatform>> ListAsync()
    {
        await transaction.RequireStoreAsync().ConfigureAwait(false);
        return await inner.ListAsync().ConfigureAwait(false);
    }
}
