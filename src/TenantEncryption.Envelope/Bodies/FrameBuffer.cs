using System.Buffers;
using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>A pooled buffer that is zeroed before the pool gets it back, as it may hold plaintext.</summary>
internal sealed class FrameBuffer(int length) : IMemoryOwner<byte>
{
    private byte[]? _array = ArrayPool<byte>.Shared.Rent(length);

    public int Length => length;

    public Span<byte> Span => _array.AsSpan(0, length);

    public Memory<byte> Memory => _array.AsMemory(0, length);

    public void Dispose()
    {
        byte[]? array = Interlocked.Exchange(ref _array, null);
        if (array is not null)
        {
            CryptographicOperations.ZeroMemory(array.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
