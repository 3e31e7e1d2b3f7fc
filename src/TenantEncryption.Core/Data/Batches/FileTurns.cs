namespace TenantEncryption.Data.Batches;

/// <summary>
/// How many threads each of a batch's files has: files go side by side with one each, and a large one has its frames in parallel and is the only
/// such file at a time.
/// </summary>
internal sealed class FileTurns(int files, int degreeOfParallelism) : IDisposable
{
    // A command on fewer files than it may have threads gives each the rest.
    private readonly int _besideOthers = files >= FileWorkers.Count(degreeOfParallelism) ? 1 : degreeOfParallelism;
    private readonly SemaphoreSlim _large = new(1);

    /// <summary>Waits for a file's turn.</summary>
    /// <param name="length">The file's length in bytes.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <returns>The turn, which the caller ends by disposing it.</returns>
    public async ValueTask<FileTurn> TakeAsync(long length, CancellationToken cancellationToken)
    {
        if (length < FileWorkers.LargeFile)
        {
            return new FileTurn(_besideOthers, null);
        }

        await _large.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new FileTurn(degreeOfParallelism, _large);
    }

    /// <inheritdoc/>
    public void Dispose() => _large.Dispose();
}
