namespace TenantEncryption.Tests.Envelope;

/// <summary>A stream as a pipe is: no length, no position, and reads that return less than was asked for.</summary>
internal sealed class OneWayStream(ReadOnlyMemory<byte> content) : Stream
{
    private int _position;
    private int _reads;

    /// <summary>How many bytes were read.</summary>
    public int Taken => _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int most = ++_reads % 3 == 0 ? 1 : 7000;
        int length = Math.Min(Math.Min(buffer.Length, most), content.Length - _position);
        content.Span.Slice(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
