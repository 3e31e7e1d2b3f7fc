namespace TenantEncryption.Stores;

/// <summary>Reading a store in one snapshot.</summary>
internal static class StoreReading
{
    /// <summary>Reads something; anew where that needed something from outside the store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="read">What is read.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>What was read.</returns>
    public static Task<T> ReadAsync<T>(this IStore store, Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken) =>
        OutsideTransaction.ProvideAsync(() => store.ReadOnceAsync(read, cancellationToken), cancellationToken);

    /// <summary>Reads something within another transaction, which has to end first where more is needed than the store has.</summary>
    /// <exception cref="OutsideTransactionException">More is needed.</exception>
    public static async Task<T> ReadOnceAsync<T>(this IStore store, Func<IStoreTransaction, Task<T>> read, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await store.BeginAsync(StoreAccess.Read, StoreScope.None, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await read(transaction).ConfigureAwait(false);
    }
}
