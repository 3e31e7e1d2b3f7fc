using System.Buffers;

namespace TenantEncryption.Envelope;

/// <summary>A pool of memory that is zeroed before it goes back, as it may hold plaintext.</summary>
internal sealed class ZeroedMemory : MemoryPool<byte>
{
    // As the shared pool gives, where nothing is asked for.
    private const int UsualLength = 4096;

    /// <summary>The pool.</summary>
    public static ZeroedMemory Pool { get; } = new();

    /// <inheritdoc/>
    public override int MaxBufferSize => Array.MaxLength;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new FrameBuffer(minBufferSize < 0 ? UsualLength : minBufferSize);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
