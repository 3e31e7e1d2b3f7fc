namespace TenantEncryption.Data.Batches;

/// <summary>A batch whose outcomes are counted when it has settled, whether or not the caller looks at each.</summary>
/// <typeparam name="T">How a file went.</typeparam>
/// <param name="batch">The batch.</param>
/// <param name="count">Counts one.</param>
internal sealed class CountedBatch<T>(IFileBatch<T> batch, Action<T> count) : IFileBatch<T>
{
    /// <inheritdoc/>
    public Task<int> WorkAsync(CancellationToken cancellationToken) => batch.WorkAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<T>> SettleAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<T> outcomes = await batch.SettleAsync(cancellationToken).ConfigureAwait(false);
        foreach (T outcome in outcomes)
        {
            count(outcome);
        }

        return outcomes;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => batch.DisposeAsync();
}
