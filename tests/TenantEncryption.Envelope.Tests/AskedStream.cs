namespace TenantEncryption.Tests.Envelope;

/// <summary>A stream that remembers the largest buffer that it was to fill.</summary>
internal sealed class AskedStream(byte[] content, bool isLengthKnown) : MemoryStream(content, writable: false)
{
    public int MostAsked { get; private set; }

    public override bool CanSeek => isLengthKnown;

    public override long Length => isLengthKnown ? base.Length : throw new NotSupportedException();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        MostAsked = Math.Max(MostAsked, buffer.Length);
        return base.ReadAsync(buffer, cancellationToken);
    }
}
