using System.IO.Pipelines;
using System.Runtime.ExceptionServices;

namespace TenantEncryption.Envelope;

/// <summary>A message that is read from a stream while the one that holds the same is written to another: the plaintext goes from one to the other in memory that is zeroed.</summary>
/// <param name="reader">Reads it.</param>
/// <param name="writer">Writes the other.</param>
/// <param name="source">The message, from its body on.</param>
/// <param name="header">Its header.</param>
/// <param name="length">The plaintext's length in bytes.</param>
internal sealed class ResealedStream(MessageReader reader, MessageWriter writer, Stream source, MessageHeader header, long length)
{
    // As much as is on the way at most, beside what reader and writer hold themselves.
    private const int OnTheWay = 1 << 20;
    private const int Segment = 64 << 10;

    private readonly Pipe _pipe = new(new PipeOptions(
        ZeroedMemory.Pool, pauseWriterThreshold: OnTheWay, resumeWriterThreshold: OnTheWay / 2, minimumSegmentSize: Segment, useSynchronizationContext: false));

    private ExceptionDispatchInfo? _cause;

    /// <summary>Reads and writes, as <see cref="MessageReencryptor"/> says.</summary>
    /// <param name="keyring">Is asked for the old data key.</param>
    /// <param name="materials">Makes what the new message is written with.</param>
    /// <param name="put">Takes the new message.</param>
    /// <param name="options">What to accept of the old message.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Both messages.</returns>
    public async Task<ReencryptedMessage> ReencryptAsync(
        IKeyring keyring,
        Func<MessageHeader, ValueTask<MessageMaterials>> materials,
        Func<long, Func<Stream, CancellationToken, Task>, Task> put,
        MessageReaderOptions options,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<WrittenMessage>? putting = null;
        Task<ReadMessage> reading = ReadAsync(
            async authenticated =>
            {
                MessageMaterials made = await materials(authenticated).ConfigureAwait(false);
                putting = Task.Run(() => PutAsync(made, put, options, stop), CancellationToken.None);
                return _pipe.Writer.AsStream(leaveOpen: true);
            },
            keyring,
            options,
            stop.Token);
        await Task.WhenAny(reading).ConfigureAwait(false);
        if (putting is not null)
        {
            await Task.WhenAny(putting).ConfigureAwait(false);
        }

        // Who was stopped by the other one's failure is not the cause.
        _cause?.Throw();
        return new ReencryptedMessage(await reading.ConfigureAwait(false), await putting!.ConfigureAwait(false));
    }

    private async Task<ReadMessage> ReadAsync(
        Func<MessageHeader, ValueTask<Stream?>> destination, IKeyring keyring, MessageReaderOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadBodyAsync(header, source, destination, keyring, options, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            NoteCause(exception);
            throw;
        }
        finally
        {
            // That nothing follows is told when all of it is verified, so that the last frame is not sealed before.
            await _pipe.Writer.CompleteAsync(_cause?.SourceException).ConfigureAwait(false);
        }
    }

    private async Task<WrittenMessage> PutAsync(
        MessageMaterials made, Func<long, Func<Stream, CancellationToken, Task>, Task> put, MessageReaderOptions options, CancellationTokenSource stop)
    {
        try
        {
            using MessageMaterials used = made;
            int frameLength = header.FrameLength == 0 ? MessageWriterOptions.DefaultFrameLength : header.FrameLength;
            var how = new MessageWriterOptions { FrameLength = frameLength, DegreeOfParallelism = options.DegreeOfParallelism };
            WrittenMessage? written = null;
            await put(
                MessageWriter.Measure(length, made, frameLength),
                async (destination, cancellationToken) =>
                {
                    written = await writer.WriteAsync(_pipe.Reader.AsStream(leaveOpen: true), destination, made, how, null, cancellationToken).ConfigureAwait(false);
                }).ConfigureAwait(false);
            return written ?? throw new InvalidOperationException("The new message was not asked for.");
        }
        catch (Exception exception)
        {
            NoteCause(exception);

            // Nobody takes any more what is read.
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await _pipe.Reader.CompleteAsync(_cause?.SourceException).ConfigureAwait(false);
        }
    }

    private void NoteCause(Exception exception) => Interlocked.CompareExchange(ref _cause, ExceptionDispatchInfo.Capture(exception), null);
}
