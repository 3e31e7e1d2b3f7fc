using TenantEncryption.Errors;

namespace TenantEncryption.S3.Bodies;

/// <summary>Takes a message as it is written, and gives it on in parts of known lengths.</summary>
/// <param name="length">The message's length in bytes.</param>
/// <param name="next">Makes the next part, of a length.</param>
/// <param name="full">Takes a full part; it owns it.</param>
internal sealed class PartStream(long length, Func<long, CancellationToken, ValueTask<MessagePart>> next, Func<MessagePart, CancellationToken, ValueTask> full) : Stream
{
    private MessagePart? _part;
    private long _written;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > length - _written)
        {
            throw WrongLength("longer");
        }

        while (buffer.Length > 0)
        {
            _part ??= await next(length - _written, cancellationToken).ConfigureAwait(false);
            int taken = _part.Add(buffer.Span);
            (buffer, _written) = (buffer[taken..], _written + taken);
            if (_part.IsFull)
            {
                (MessagePart whole, _part) = (_part, null);
                await full(whole, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Refuses a message that is not as long as was said.</summary>
    /// <exception cref="TenantEncryptionException"><c>OBJECT_CHANGED</c>.</exception>
    public void RequireWhole()
    {
        if (_written != length)
        {
            throw WrongLength("shorter");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _part?.Dispose();
        _part = null;
        base.Dispose(disposing);
    }

    // How long a message is follows from its plaintext, so that it was the plaintext that changed.
    private static TenantEncryptionException WrongLength(string how) => new(ErrorCodes.ObjectChanged, $"What was read became {how} while it was read.");
}
