using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TenantEncryption.Data;

/// <summary>Runs a command's files in batches: while one settles, the next works, so that neither the disk nor the store waits for the other.</summary>
internal static class FileBatches
{
    /// <summary>After how much work a batch settles, however few files it has: results then come, and are safe, about once a second.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromSeconds(1);

    /// <summary>Runs batches until every file had its turn.</summary>
    /// <param name="files">How many files there are.</param>
    /// <param name="begin">Makes the batch that begins with the file of a number.</param>
    /// <param name="overlap">Whether a batch may work before the one before it has settled.</param>
    /// <param name="cancellationToken">Stops; what has begun to settle settles first.</param>
    /// <returns>How each file went, in order.</returns>
    public static async IAsyncEnumerable<T> RunAsync<T>(
        int files, Func<int, IFileBatch<T>> begin, bool overlap, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A caller that takes results slowly is at most two batches behind.
        var settled = Channel.CreateBounded<IReadOnlyList<T>>(1);
        using var left = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, left.Token);
        Task running = Task.Run(() => RunAsync(files, begin, overlap, settled.Writer, stop.Token, left.Token), CancellationToken.None);
        try
        {
            await foreach (IReadOnlyList<T> batch in settled.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                foreach (T outcome in batch)
                {
                    yield return outcome;
                }
            }
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }
    }

    private static async Task RunAsync<T>(
        int files,
        Func<int, IFileBatch<T>> begin,
        bool overlap,
        ChannelWriter<IReadOnlyList<T>> settled,
        CancellationToken stopped,
        CancellationToken left)
    {
        Task settling = Task.CompletedTask;
        Exception? failure = null;
        try
        {
            for (int first = 0; first < files;)
            {
                IFileBatch<T> batch = begin(first);
                bool handedOver = false;
                try
                {
                    if (!overlap)
                    {
                        await settling.ConfigureAwait(false);
                    }

                    stopped.ThrowIfCancellationRequested();
                    first += await batch.WorkAsync(stopped).ConfigureAwait(false);
                    await settling.ConfigureAwait(false);
                    settling = Task.Run(() => SettleAsync(batch, settled, stopped, left), CancellationToken.None);
                    handedOver = true;
                }
                finally
                {
                    if (!handedOver)
                    {
                        await batch.DisposeAsync().ConfigureAwait(false);
                    }
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // The batch before the one that failed ends in its own way, and is told first.
        try
        {
            await settling.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure ??= exception;
        }

        settled.Complete(failure);
    }

    private static async Task SettleAsync<T>(
        IFileBatch<T> batch, ChannelWriter<IReadOnlyList<T>> settled, CancellationToken stopped, CancellationToken left)
    {
        await using ConfiguredAsyncDisposable disposed = batch.ConfigureAwait(false);
        await settled.WriteAsync(await batch.SettleAsync(stopped).ConfigureAwait(false), left).ConfigureAwait(false);
    }
}
