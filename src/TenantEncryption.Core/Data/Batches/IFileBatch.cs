namespace TenantEncryption.Data.Batches;

/// <summary>Some of a command's files, in two steps: work on the files side by side, and then settle, in one go, what was done.</summary>
/// <typeparam name="T">How a file went.</typeparam>
internal interface IFileBatch<T> : IAsyncDisposable
{
    /// <summary>Works on files, from the batch's first one on.</summary>
    /// <returns>How many were taken: all, or fewer when that took long enough.</returns>
    Task<int> WorkAsync(CancellationToken cancellationToken);

    /// <summary>Gives outputs their names and writes to the store. It is not stopped half-way: cancelling is for what may be left out.</summary>
    /// <returns>How each file that was taken went, in order.</returns>
    Task<IReadOnlyList<T>> SettleAsync(CancellationToken cancellationToken);
}
