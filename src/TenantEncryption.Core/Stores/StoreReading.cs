namespace TenantEncryption.Stores;

/// <summary>Reading a store in one snapshot.</summary>
internal static class StoreReading
{
    /// <summary>Reads something.</summary>
    /// <param name="store">The store.</param>
    /// <param name="read">What is read.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What was read.</returns>
    public static async Task<T> ReadAsync<T>(this IStore store, Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Read, StoreScope.None, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await read(transaction).ConfigureAwait(false);
    }
}
