namespace TenantEncryption.Envelope;

/// <summary>Writes a message from memory to memory on several threads, each of which takes the next batch of frames.</summary>
internal sealed class MemoryMessageWriter(
    ReadOnlyMemory<byte> plaintext, Memory<byte> message, MessageWriterOptions options, IAeadFactory aeadFactory)
{
    private readonly int _frameLength = options.FrameLength;
    private readonly long _batchLength = (long)Batch.Frames(options.FrameLength) * options.FrameLength;

    private int _headerLength;
    private long _nextBatch = -1;

    private long Batches => Math.Max(1, (plaintext.Length + _batchLength - 1) / _batchLength);

    private ReadOnlyMemory<byte> MessageId => message.Slice(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength);

    public async Task<WrittenMessage> WriteAsync(MessageMaterials materials, CancellationToken cancellationToken)
    {
        _headerLength = HeaderWriter.Length(materials);
        materials.Claim();
        var aeads = new IAead[Batch.Parallelism(options.DegreeOfParallelism, Batches, batchMemory: 0)];
        HeaderWriter.Write(materials, _frameLength, aeadFactory, message.Span[.._headerLength], aeads);
        try
        {
            await Task.WhenAll(aeads.Select(aead => Task.Run(() => WriteBatchesAsync(aead, cancellationToken), CancellationToken.None)))
                .ConfigureAwait(false);
        }
        finally
        {
            AeadSet.Dispose(aeads);
        }

        return new WrittenMessage(MessageId.ToArray(), plaintext.Length, message.Length);
    }

    private async Task WriteBatchesAsync(IAead aead, CancellationToken cancellationToken)
    {
        for (long batch; (batch = Interlocked.Increment(ref _nextBatch)) < Batches;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.BeforeFrames is not null)
            {
                await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
            }

            int start = (int)(batch * _batchLength);
            int length = (int)Math.Min(_batchLength, plaintext.Length - start);
            long frames = batch * Batch.Frames(_frameLength);
            Frames.Seal(
                aead,
                MessageId.Span,
                _frameLength,
                (uint)(frames + 1),
                plaintext.Span.Slice(start, length),
                endsMessage: batch == Batches - 1,
                message.Span[(int)(_headerLength + (frames * (_frameLength + (long)Frames.RegularOverhead)))..]);
        }
    }
}
