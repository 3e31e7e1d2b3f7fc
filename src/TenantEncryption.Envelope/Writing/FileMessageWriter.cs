using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// Writes a message from a regular file to a regular file. As the input's length gives every frame its place, each thread takes the
/// next batch, reads it, encrypts it and writes it to its place: no thread waits for another and no byte is handed over.
/// </summary>
internal sealed class FileMessageWriter(
    SafeFileHandle source,
    long length,
    SafeFileHandle destination,
    MessageWriterOptions options,
    IAeadFactory aeadFactory,
    IProgress<long>? bytesDone)
{
    private readonly int _frameLength = options.FrameLength;
    private readonly int _batchFrames = Batch.Frames(options.FrameLength);

    private byte[] _header = [];
    private long _nextBatch = -1;
    private long _done;
    private volatile bool _failed;

    private ReadOnlyMemory<byte> MessageId => _header.AsMemory(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength);

    private long BatchLength => (long)_batchFrames * _frameLength;

    private long Batches => Math.Max(1, (length + BatchLength - 1) / BatchLength);

    public async Task<WrittenMessage> WriteAsync(MessageMaterials materials, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _header = new byte[HeaderWriter.Length(materials)];
        materials.Claim();
        var aeads = new IAead[Batch.Parallelism(options.DegreeOfParallelism, Batches, BatchLength)];
        HeaderWriter.Write(materials, _frameLength, aeadFactory, _header, aeads);
        try
        {
            if (Batches == 1)
            {
                await WriteSingleBatchAsync(aeads[0], cancellationToken).ConfigureAwait(false);
            }
            else
            {
                RandomAccess.Write(destination, _header, 0);
                var workers = new Task[aeads.Length];
                for (var i = 0; i < workers.Length; i++)
                {
                    IAead aead = aeads[i];
                    workers[i] = Task.Run(() => WriteBatchesAsync(aead, cancellationToken), CancellationToken.None);
                }

                await Task.WhenAll(workers).ConfigureAwait(false);
            }
        }
        finally
        {
            AeadSet.Dispose(aeads);
        }

        return new WrittenMessage(
            MessageId, length, _header.Length + Frames.SealedLength(length, _frameLength, endsMessage: true));
    }

    /// <summary>A small file costs one read and one write, on the calling thread.</summary>
    private async Task WriteSingleBatchAsync(IAead aead, CancellationToken cancellationToken)
    {
        int messageLength = _header.Length + (int)Frames.SealedLength(length, _frameLength, endsMessage: true);
        using var message = new FrameBuffer(messageLength);
        _header.CopyTo(message.Span);
        await BeforeFramesAsync(cancellationToken).ConfigureAwait(false);
        if (length <= _frameLength)
        {
            Span<byte> content = message.Span.Slice(_header.Length + Frames.FinalContentOffset, (int)length);
            ReadContent(content, 0);
            Seal(aead, sequence: 1, content, endsMessage: true, message.Span[_header.Length..]);
        }
        else
        {
            using var content = new FrameBuffer((int)length);
            ReadContent(content.Span, 0);
            Seal(aead, sequence: 1, content.Span, endsMessage: true, message.Span[_header.Length..]);
        }

        RandomAccess.Write(destination, message.Span, 0);
        bytesDone?.Report(length);
    }

    private async Task WriteBatchesAsync(IAead aead, CancellationToken cancellationToken)
    {
        try
        {
            using var frames = new FrameBuffer((int)Frames.SealedLength(BatchLength, _frameLength, endsMessage: true));
            using FrameBuffer? content = _batchFrames > 1 ? new FrameBuffer((int)BatchLength) : null;
            while (!_failed)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long batch = Interlocked.Increment(ref _nextBatch);
                if (batch >= Batches)
                {
                    return;
                }

                await BeforeFramesAsync(cancellationToken).ConfigureAwait(false);
                WriteBatch(aead, batch, frames, content);
            }
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private void WriteBatch(IAead aead, long batch, FrameBuffer frames, FrameBuffer? content)
    {
        long start = batch * BatchLength;
        int contentLength = (int)Math.Min(BatchLength, length - start);
        bool endsMessage = batch == Batches - 1;

        // One frame is encrypted where it was read, which halves the memory that passes through the cache.
        Span<byte> plaintext = content is null
            ? frames.Span.Slice(endsMessage ? Frames.FinalContentOffset : Frames.RegularContentOffset, contentLength)
            : content.Span[..contentLength];
        ReadContent(plaintext, start);
        int written = Seal(aead, (uint)((batch * _batchFrames) + 1), plaintext, endsMessage, frames.Span);
        long position = _header.Length + (batch * _batchFrames * (_frameLength + (long)Frames.RegularOverhead));
        RandomAccess.Write(destination, frames.Span[..written], position);
        long done = Interlocked.Add(ref _done, contentLength);
        bytesDone?.Report(done);
    }

    private int Seal(IAead aead, uint sequence, ReadOnlySpan<byte> plaintext, bool endsMessage, Span<byte> frames) =>
        Frames.Seal(aead, MessageId.Span, _frameLength, sequence, plaintext, endsMessage, frames);

    private void ReadContent(Span<byte> content, long position)
    {
        if (RegularFile.Read(source, content, position) != content.Length)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, "The source became shorter while it was read.");
        }
    }

    private ValueTask BeforeFramesAsync(CancellationToken cancellationToken) =>
        options.BeforeFrames?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;
}
