using System.Threading.Channels;

namespace TenantEncryption.Envelope;

/// <summary>
/// Reads batches one after the other, works on several at once, and hands the results over in the order of reading, in bounded memory:
/// a batch needs a slot, and there are two slots more than threads.
/// </summary>
internal sealed class FramePipeline : IDisposable
{
    private readonly Channel<(FrameSlot Slot, Task<int> Result)> _batches = Channel.CreateUnbounded<(FrameSlot, Task<int>)>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly Channel<FrameSlot> _freeSlots = Channel.CreateUnbounded<FrameSlot>();
    private readonly FrameSlot[] _slots;

    /// <summary>Makes a pipeline.</summary>
    /// <param name="aeads">One for each slot.</param>
    /// <param name="inputLength">The greatest input of a batch, in bytes.</param>
    /// <param name="outputLength">The greatest output of a batch, in bytes.</param>
    public FramePipeline(IReadOnlyList<IAead> aeads, int inputLength, int outputLength)
    {
        _slots = new FrameSlot[aeads.Count];
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new FrameSlot(aeads[i], inputLength, outputLength);
            _freeSlots.Writer.TryWrite(_slots[i]);
        }
    }

    /// <summary>How many slots a degree of parallelism needs.</summary>
    public static int SlotCount(int degreeOfParallelism) => Batch.Parallelism(degreeOfParallelism, long.MaxValue) + 2;

    /// <summary>Runs the pipeline to its end.</summary>
    /// <param name="readAsync">
    /// Reads, fills slots that <see cref="TakeSlotAsync"/> gives, and calls <see cref="Start"/> for each batch, in order, until the input ends.
    /// </param>
    /// <param name="releaseAsync">Is given each batch's slot and the length of its output, in order.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(
        Func<CancellationToken, Task> readAsync,
        Func<FrameSlot, int, CancellationToken, ValueTask> releaseAsync,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task reading = ReadAsync(readAsync, stop.Token);
        try
        {
            // What the reader threw arrives here after the batches before it, so that the first error in the message's order wins.
            await foreach ((FrameSlot slot, Task<int> result) in _batches.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                int length = await result.ConfigureAwait(false);
                await releaseAsync(slot, length, stop.Token).ConfigureAwait(false);
                _freeSlots.Writer.TryWrite(slot);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            while (_batches.Reader.TryRead(out (FrameSlot Slot, Task<int> Result) batch))
            {
                await ((Task)batch.Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Waits for a slot.</summary>
    public ValueTask<FrameSlot> TakeSlotAsync(CancellationToken cancellationToken) => _freeSlots.Reader.ReadAsync(cancellationToken);

    /// <summary>Starts work on a batch; its result takes its place in the order.</summary>
    public void Start(FrameSlot slot, Func<Task<int>> work) => _batches.Writer.TryWrite((slot, Task.Run(work)));

    public void Dispose()
    {
        foreach (FrameSlot slot in _slots)
        {
            slot.Dispose();
        }
    }

    private async Task ReadAsync(Func<CancellationToken, Task> readAsync, CancellationToken cancellationToken)
    {
        try
        {
            await readAsync(cancellationToken).ConfigureAwait(false);
            _batches.Writer.Complete();
        }
        catch (Exception exception)
        {
            _batches.Writer.Complete(exception);
        }
    }
}
