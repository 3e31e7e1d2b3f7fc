using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Errors;

namespace TenantEncryption.Envelope;

/// <summary>
/// Reads the frames of a message from a regular file. Every regular frame has its place, so each thread takes the next batch, verifies it and hands its
/// plaintext on with its place. The error that is reported is the first in the message's order.
/// </summary>
/// <param name="source">The message.</param>
/// <param name="length">The file's length.</param>
/// <param name="header">The header, authenticated.</param>
/// <param name="options">How.</param>
/// <param name="bytesDone">Is told how many bytes of plaintext are done, from any thread.</param>
internal sealed class FileMessageReader(
    SafeFileHandle source,
    long length,
    MessageHeader header,
    MessageReaderOptions options,
    IProgress<long>? bytesDone)
{
    private readonly int _batchFrames = Batch.Frames(header.FrameLength);
    private readonly object _lock = new();

    private long _nextBatch = -1;
    private long _done;
    private long _endingBatch = long.MaxValue;
    private Exception? _failure;
    private long _messageLength;

    public int Parallelism => Batch.Parallelism(options.DegreeOfParallelism, Batches, WindowLength);

    private long SealedBatchLength => _batchFrames * (header.FrameLength + (long)Frames.RegularOverhead);

    private long Batches => Math.Max(1, (length - header.HeaderLength + SealedBatchLength - 1) / SealedBatchLength);

    /// <summary>The buffer that a batch needs: the last frame may be the final one, which is a little longer.</summary>
    private int WindowLength => (int)Math.Min(SealedBatchLength + Frames.FinalExcess, Math.Max(0, length - header.HeaderLength));

    /// <summary>Reads to the end of the message.</summary>
    /// <param name="aeads">One for each thread; disposed here.</param>
    /// <param name="destination">Receives the plaintext; <see langword="null"/> to verify only.</param>
    /// <param name="onCallersThread">Whether one thread is the caller's own, however long that takes.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>What was read. Of a signed message, the caller verified what follows the frames.</returns>
    public async Task<ReadMessage> ReadAsync(IAead[] aeads, IFrameSink? destination, bool onCallersThread, CancellationToken cancellationToken)
    {
        try
        {
            if (aeads.Length == 1 && (Batches == 1 || onCallersThread))
            {
                await ReadBatchesAsync(aeads[0], 0, destination, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var workers = new Task[aeads.Length];
                for (var i = 0; i < workers.Length; i++)
                {
                    (IAead aead, int worker) = (aeads[i], i);
                    workers[i] = Task.Run(() => ReadBatchesAsync(aead, worker, destination, cancellationToken), CancellationToken.None);
                }

                await Task.WhenAll(workers).ConfigureAwait(false);
            }
        }
        finally
        {
            AeadSet.Dispose(aeads);
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

        return _endingBatch == long.MaxValue
            ? throw Frames.Truncated()
            : _messageLength == length || header.Suite.IsSigned
                ? new ReadMessage(header, _done, _messageLength)
                : throw Frames.Altered("bytes follow its end");
    }

    private async Task ReadBatchesAsync(IAead aead, int worker, IFrameSink? destination, CancellationToken cancellationToken)
    {
        using var window = new FrameBuffer(WindowLength);
        using FrameBuffer? content = _batchFrames > 1 ? new FrameBuffer((int)Math.Min(WindowLength, (long)_batchFrames * header.FrameLength)) : null;
        while (true)
        {
            long batch = Interlocked.Increment(ref _nextBatch);
            if (batch >= Batches || batch > Volatile.Read(ref _endingBatch))
            {
                return;
            }

            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (options.BeforeFrames is not null)
                {
                    await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
                }

                ReadBatch(aead, worker, batch, window, content, destination);
            }
            catch (Exception exception)
            {
                End(batch, exception, 0);
                return;
            }
        }
    }

    private void ReadBatch(IAead aead, int worker, long batch, FrameBuffer window, FrameBuffer? content, IFrameSink? destination)
    {
        long first = batch * _batchFrames;
        // Numbers end at 2³²−1; a file that goes on has no final frame where one must be.
        if (first >= uint.MaxValue)
        {
            throw new TenantEncryptionException(ErrorCodes.FrameOrder);
        }

        long start = header.HeaderLength + (batch * SealedBatchLength);
        int available = RegularFile.Read(source, window.Span, start);
        Span<byte> frames = window.Span[..available];
        int sealedLength = Frames.Scan(frames, header.FrameLength, out int plaintextLength, out bool isFinal);
        // The four bytes beyond the batch belong to a final frame or to the next batch.
        if (!isFinal && available > SealedBatchLength)
        {
            frames = frames[..(int)SealedBatchLength];
        }

        // A batch of one frame is decrypted where it lies. A file that is cut before its content has no place for any.
        int contentOffset = isFinal ? Frames.FinalContentOffset : Frames.RegularContentOffset;
        Span<byte> plaintext = content is not null ? content.Span : window.Span[Math.Min(contentOffset, window.Length)..];
        int opened = Frames.Open(aead, header, (uint)(first + 1), frames, plaintext, out isFinal, out int consumed);
        destination?.Take(worker, first, plaintext[..opened], window.Span, isFinal);
        long done = Interlocked.Add(ref _done, opened);
        bytesDone?.Report(done);
        if (isFinal)
        {
            End(batch, null, start + consumed);
        }
        else if (consumed < SealedBatchLength)
        {
            throw Frames.Truncated();
        }
    }

    /// <summary>Batches are taken in order, so when one ends the message all before it were taken and will be finished.</summary>
    private void End(long batch, Exception? failure, long messageLength)
    {
        lock (_lock)
        {
            if (batch < _endingBatch)
            {
                Volatile.Write(ref _endingBatch, batch);
                _failure = failure;
                _messageLength = messageLength;
            }
        }
    }
}
