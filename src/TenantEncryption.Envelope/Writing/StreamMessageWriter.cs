namespace TenantEncryption.Envelope;

/// <summary>Writes a message from a stream to a stream, neither of which needs to be seekable.</summary>
internal sealed class StreamMessageWriter(
    Stream source,
    Stream destination,
    MessageWriterOptions options,
    IAeadFactory aeadFactory,
    IProgress<long>? bytesDone)
{
    private readonly int _frameLength = options.FrameLength;
    private readonly int _batchFrames = Batch.Frames(options.FrameLength);

    private byte[] _header = [];
    private long _plaintextLength;
    private long _messageLength;
    private long _done;

    private ReadOnlyMemory<byte> MessageId => _header.AsMemory(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength);

    private int BatchLength => _batchFrames * _frameLength;

    public async Task<WrittenMessage> WriteAsync(MessageMaterials materials, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _header = new byte[HeaderWriter.Length(materials)];
        materials.Claim();
        var aeads = new IAead[FramePipeline.SlotCount(options.DegreeOfParallelism, _frameLength)];
        HeaderWriter.Write(materials, _frameLength, aeadFactory, _header, aeads);
        try
        {
            await destination.WriteAsync(_header, cancellationToken).ConfigureAwait(false);
            _messageLength = _header.Length;

            // One byte more than a batch, by which the reader knows whether the batch is the last.
            using var pipeline = new FramePipeline(
                aeads, BatchLength + 1, (int)Frames.SealedLength(BatchLength, _frameLength, endsMessage: true));
            await pipeline
                .RunAsync(stop => ReadAsync(pipeline, stop), WriteBatchAsync, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            AeadSet.Dispose(aeads);
        }

        return new WrittenMessage(MessageId, _plaintextLength, _messageLength);
    }

    private async Task ReadAsync(FramePipeline pipeline, CancellationToken cancellationToken)
    {
        byte carried = 0;
        var carries = 0;
        long sequence = 1;
        while (true)
        {
            FrameSlot slot = await pipeline.TakeSlotAsync(cancellationToken).ConfigureAwait(false);
            if (carries > 0)
            {
                slot.Input.Span[0] = carried;
            }

            int filled = carries + await source
                .ReadAtLeastAsync(slot.Input.Memory[carries..], BatchLength + 1 - carries, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            bool endsMessage = filled <= BatchLength;
            int contentLength = Math.Min(filled, BatchLength);
            long frames = Frames.Count(contentLength, _frameLength);
            // A batch that ends nothing leaves a number for the final frame.
            if (sequence + frames - (endsMessage ? 1 : 0) > options.MaxFrames)
            {
                throw MessageWriter.TooManyFrames(options);
            }

            carried = slot.Input.Span[^1];
            carries = 1;
            _plaintextLength += contentLength;
            uint first = (uint)sequence;
            pipeline.Start(slot, () => SealAsync(slot, first, contentLength, endsMessage, cancellationToken));
            sequence += frames;
            if (endsMessage)
            {
                return;
            }
        }
    }

    private async Task<int> SealAsync(FrameSlot slot, uint sequence, int contentLength, bool endsMessage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.BeforeFrames is not null)
        {
            await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
        }

        int written = Frames.Seal(
            slot.Aead, MessageId.Span, _frameLength, sequence, slot.Input.Span[..contentLength], endsMessage, slot.Output.Span);
        long done = Interlocked.Add(ref _done, contentLength);
        bytesDone?.Report(done);
        return written;
    }

    private async ValueTask WriteBatchAsync(FrameSlot slot, int length, CancellationToken cancellationToken)
    {
        await destination.WriteAsync(slot.Output.Memory[..length], cancellationToken).ConfigureAwait(false);
        _messageLength += length;
    }
}
