using System.Runtime.CompilerServices;
using System.Threading.Channels;
using TenantEncryption.Files;

namespace TenantEncryption.Data.Batches;

/// <summary>Runs a command's files in batches: while one settles, the next works, so that neither the disk nor the store waits for the other.</summary>
internal static class FileBatches
{
    /// <summary>How many files a batch has at most: each holds its temporary file open. Where the process may open fewer, it has fewer.</summary>
    public const int Largest = 512;

    /// <summary>How many files a batch has at most that only reads: it holds none of them open, and a larger batch writes each page of the store's indexes less often.</summary>
    private const int LargestOfReads = 4096;

    // One is worked on, one settles, and one has been worked on and waits: so the one that works need not wait.
    private const int MostUnderWay = 3;

    // What a batch costs the store, its transactions and their flushes, is little beside the work on so many files.
    private const int Smallest = 256;

    /// <summary>After how much work a batch settles, however few files it has: results then come, and are safe, about once a second.</summary>
    public static readonly TimeSpan LongestWork = TimeSpan.FromSeconds(1);

    /// <summary>Runs batches until every file had its turn.</summary>
    /// <param name="supply">The batches.</param>
    /// <param name="overlap">Whether a batch may work before those before it have settled.</param>
    /// <param name="cancellationToken">Stops; what has begun to settle settles first.</param>
    /// <returns>How each file went, in order.</returns>
    public static IAsyncEnumerable<T> RunAsync<T>(IFileSupply<T> supply, bool overlap, CancellationToken cancellationToken) =>
        RunAsync(supply, overlap, left => OpenFileBudget.Shared.Take(Size(left)), Size, cancellationToken);

    /// <summary>The same for batches that read, and have each file open for a moment only.</summary>
    public static IAsyncEnumerable<T> ReadAsync<T>(IFileSupply<T> supply, CancellationToken cancellationToken) =>
        RunAsync(supply, overlap: true, _ => null, left => Size(left, LargestOfReads), cancellationToken);

    /// <summary>How many files a batch has: fewer and fewer toward the end, as nothing works any more while the last one settles.</summary>
    /// <param name="left">The files that are left.</param>
    public static int Size(int left) => Size(left, Largest);

    private static int Size(int left, int largest) => Math.Min(left, Math.Clamp(left / 2, Smallest, largest));

    private static async IAsyncEnumerable<T> RunAsync<T>(
        IFileSupply<T> supply,
        bool overlap,
        Func<int, OpenFileShare?> share,
        Func<int, int> size,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A caller that takes results slowly is a few batches behind at most.
        var settled = Channel.CreateBounded<IReadOnlyList<T>>(1);
        using var left = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, left.Token);
        Task running = Task.Run(() => RunAsync(supply, overlap, share, size, settled.Writer, stop.Token, left.Token), CancellationToken.None);
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
        IFileSupply<T> supply,
        bool overlap,
        Func<int, OpenFileShare?> take,
        Func<int, int> size,
        ChannelWriter<IReadOnlyList<T>> settled,
        CancellationToken stopped,
        CancellationToken left)
    {
        using var room = new SemaphoreSlim(overlap ? MostUnderWay : 1);
        Task settling = Task.CompletedTask;
        Exception? failure = null;
        try
        {
            while (true)
            {
                await room.WaitAsync(stopped).ConfigureAwait(false);
                if (settling is { IsCompleted: true, IsCompletedSuccessfully: false } || await supply.LeftAsync(stopped).ConfigureAwait(false) is not (> 0 and var files))
                {
                    break;
                }

                OpenFileShare? share = take(files);
                IFileBatch<T> batch = supply.Begin(share?.Files ?? size(files));
                bool handedOver = false;
                try
                {
                    supply.Take(await batch.WorkAsync(stopped).ConfigureAwait(false));
                    Task before = settling;
                    settling = Task.Run(() => SettleAsync(before, batch, share, room, settled, stopped, left), CancellationToken.None);
                    handedOver = true;
                }
                finally
                {
                    if (!handedOver)
                    {
                        using (share)
                        {
                            await batch.DisposeAsync().ConfigureAwait(false);
                        }
                    }
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // The batches before the one that failed end in their own way, and are told first.
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
        Task before,
        IFileBatch<T> batch,
        OpenFileShare? share,
        SemaphoreSlim room,
        ChannelWriter<IReadOnlyList<T>> settled,
        CancellationToken stopped,
        CancellationToken left)
    {
        try
        {
            // Its files are closed before the caller sees what became of them, however slowly it looks.
            IReadOnlyList<T> outcomes;
            using (share)
            {
                await using ConfiguredAsyncDisposable disposed = batch.ConfigureAwait(false);
                await before.ConfigureAwait(false);
                outcomes = await batch.SettleAsync(stopped).ConfigureAwait(false);
            }

            await settled.WriteAsync(outcomes, left).ConfigureAwait(false);
        }
        finally
        {
            room.Release();
        }
    }
}
