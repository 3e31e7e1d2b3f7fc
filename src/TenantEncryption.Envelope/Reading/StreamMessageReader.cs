using System.Buffers;

namespace TenantEncryption.Envelope;

/// <summary>Reads the body of a message from a stream, in order.</summary>
internal sealed class StreamMessageReader(
    Stream source,
    Stream? destination,
    MessageHeader header,
    MessageSignature? signature,
    MessageReaderOptions options,
    IProgress<long>? bytesDone)
{
    // What a body claims to hold is not kept room for before so much of it has come.
    private const int FirstBodyLength = 256 << 10;

    private readonly int _batchFrames = Batch.Frames(header.FrameLength == 0 ? 1 : header.FrameLength);
    private readonly TaskCompletionSource _endVerified = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A length of 0 is also what a source says that does not know it (as in /proc).
    private readonly long _sourceLength = source is { CanSeek: true, Length: > 0 } ? Math.Max(0, source.Length - source.Position) : long.MaxValue;

    private FrameSlot? _finalSlot;
    private long _messageLength = header.HeaderLength;
    private long _plaintextLength;
    private long _done;

    /// <summary>The buffer that a batch needs: no more than the source has, where that is known.</summary>
    private int WindowLength => (int)Math.Min((_batchFrames * (header.FrameLength + (long)Frames.RegularOverhead)) + Frames.FinalExcess, _sourceLength);

    public async Task<ReadMessage> ReadFramedAsync(IAead[] aeads, CancellationToken cancellationToken)
    {
        int windowLength = WindowLength;
        using var pipeline = new FramePipeline(aeads, windowLength, (int)Math.Min(windowLength, _batchFrames * (long)header.FrameLength));
        await pipeline.RunAsync(stop => ReadFramesAsync(pipeline, stop), ReleaseAsync, cancellationToken).ConfigureAwait(false);
        return new ReadMessage(header, _plaintextLength, _messageLength);
    }

    public async Task<ReadMessage> ReadNonFramedAsync(IAead aead, CancellationToken cancellationToken)
    {
        byte[] prefix = new byte[NonFramedBody.ContentOffset];
        int prefixLength = await FillAsync(prefix, cancellationToken).ConfigureAwait(false);
        int length = NonFramedBody.ReadLength(prefix.AsSpan(0, prefixLength), options.Limits);
        using FrameBuffer body = await ReadBodyAsync(prefix, NonFramedBody.Overhead + length, cancellationToken).ConfigureAwait(false);
        if (options.BeforeFrames is not null)
        {
            await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
        }

        // The signature covers the ciphertext, which decryption replaces.
        signature?.Append(body.Span);
        Memory<byte> content = body.Memory.Slice(NonFramedBody.ContentOffset, length);
        NonFramedBody.Open(aead, header, body.Span, content.Span);
        await VerifyEndAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        if (destination is not null)
        {
            await destination.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        }

        bytesDone?.Report(length);
        return new ReadMessage(header, length, _messageLength + body.Length);
    }

    private async Task<FrameBuffer> ReadBodyAsync(byte[] prefix, int length, CancellationToken cancellationToken)
    {
        var body = new FrameBuffer(Math.Min(length, FirstBodyLength));
        try
        {
            prefix.CopyTo(body.Span);
            int filled = prefix.Length;
            while (true)
            {
                filled += await FillAsync(body.Memory[filled..], cancellationToken).ConfigureAwait(false);
                if (filled < body.Length)
                {
                    throw Frames.Truncated();
                }

                if (filled == length)
                {
                    return body;
                }

                FrameBuffer full = body;
                body = new FrameBuffer((int)Math.Min(length, 2L * filled));
                full.Span.CopyTo(body.Span);
                full.Dispose();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task ReadFramesAsync(FramePipeline pipeline, CancellationToken cancellationToken)
    {
        int windowLength = WindowLength;
        byte[] carried = ArrayPool<byte>.Shared.Rent(windowLength);
        try
        {
            var carriedLength = 0;
            long sequence = 1;
            while (true)
            {
                FrameSlot slot = await pipeline.TakeSlotAsync(cancellationToken).ConfigureAwait(false);
                carried.AsSpan(0, carriedLength).CopyTo(slot.Input.Span);
                int filled = carriedLength
                    + await FillAsync(slot.Input.Memory[carriedLength..], cancellationToken).ConfigureAwait(false);
                int framesLength = Frames.Scan(slot.Input.Span[..filled], header.FrameLength, out int plaintextLength, out bool isFinal);
                bool isMalformed = !isFinal && (filled < windowLength || framesLength == 0 || sequence > uint.MaxValue);
                if (isMalformed)
                {
                    // The whole rest goes to Open, which says what is wrong with it, after the batches before it.
                    framesLength = filled;
                }

                signature?.Append(slot.Input.Span[..framesLength]);
                carriedLength = filled - framesLength;
                slot.Input.Span[framesLength..filled].CopyTo(carried);
                uint first = (uint)sequence;
                if (isFinal)
                {
                    _finalSlot = slot;
                }

                _messageLength += framesLength;
                pipeline.Start(slot, () => OpenAsync(slot, framesLength, first, isMalformed, cancellationToken));
                if (isFinal)
                {
                    await CompleteAsync(carried.AsMemory(0, carriedLength), cancellationToken).ConfigureAwait(false);
                }

                if (isFinal || isMalformed)
                {
                    return;
                }

                sequence += Frames.Count(plaintextLength, header.FrameLength);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(carried);
        }
    }

    private async Task<int> OpenAsync(FrameSlot slot, int framesLength, uint sequence, bool isMalformed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.BeforeFrames is not null)
        {
            await options.BeforeFrames(cancellationToken).ConfigureAwait(false);
        }

        int opened = Frames.Open(
            slot.Aead, header, sequence, slot.Input.Span[..framesLength], slot.Output.Span, out bool isFinal, out _);
        if (isMalformed && !isFinal)
        {
            throw Frames.Truncated();
        }

        long done = Interlocked.Add(ref _done, opened);
        bytesDone?.Report(done);
        return opened;
    }

    private async ValueTask ReleaseAsync(FrameSlot slot, int length, CancellationToken cancellationToken)
    {
        if (slot == _finalSlot)
        {
            await _endVerified.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (destination is not null)
        {
            await destination.WriteAsync(slot.Output.Memory[..length], cancellationToken).ConfigureAwait(false);
        }

        _plaintextLength += length;
    }

    private async Task CompleteAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        try
        {
            await VerifyEndAsync(rest, cancellationToken).ConfigureAwait(false);
            _endVerified.TrySetResult();
        }
        catch (Exception exception)
        {
            _endVerified.TrySetException(exception);
            // An earlier error may end the read before anyone waits for this one.
            _ = _endVerified.Task.Exception;
        }
    }

    private async Task VerifyEndAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        byte[] footer = new byte[Math.Max(Footer.MaxLength, rest.Length + 1)];
        rest.CopyTo(footer);
        int length = rest.Length + await FillAsync(footer.AsMemory(rest.Length), cancellationToken).ConfigureAwait(false);
        _messageLength += Footer.Verify(default, footer.AsSpan(0, length), signature);
    }

    /// <summary>Fills the buffer, or reads to the end of the stream.</summary>
    private ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        buffer.IsEmpty
            ? ValueTask.FromResult(0)
            : source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
}
