using System.Threading.Channels;

namespace TenantEncryption.Envelope;

/// <summary>
/// Reads batches one after the other, works on several at once, and hands the results over in the order of reading, in bounded memory:
/// a batch needs a slot, of which there are two more than threads, made when they are first needed.
/// </summary>
/// <param name="aeads">One for each slot that there may be.</param>
/// <param name="inputLength">The greatest input of a batch, in bytes.</param>
/// <param name="outputLength">The greatest output of a batch, in bytes.</param>
internal sealed class FramePipeline(IReadOnlyList<IAead> aeads, int inputLength, int outputLength) : IDisposable
{
    private readonly Channel<(FrameSlot Slot, Task<int> Result)> _batches = Channel.CreateUnbounded<(FrameSlot, Task<int>)>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly Channel<FrameSlot> _freeSlots = Channel.CreateUnbounded<FrameSlot>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly List<FrameSlot> _slots = [];

    /// <summary>How many slots a degree of parallelism needs.</summary>
    public static int SlotCount(int degreeOfParallelism, int frameLength) =>
        Batch.Parallelism(degreeOfParallelism, long.MaxValue, 2L * Math.Max(frameLength, Batch.TargetLength)) + 2;

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

    /// <summary>Gives a free slot, makes one, or waits for one.</summary>
    public ValueTask<FrameSlot> TakeSlotAsync(CancellationToken cancellationToken)
    {
        if (_freeSlots.Reader.TryRead(out FrameSlot? free))
        {
            return ValueTask.FromResult(free);
        }

        if (_slots.Count == aeads.Count)
        {
            return _freeSlots.Reader.ReadAsync(cancellationToken);
        }

        var slot = new FrameSlot(aeads[_slots.Count], inputLength, outputLength);
        _slots.Add(slot);
        return ValueTask.FromResult(slot);
    }

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
