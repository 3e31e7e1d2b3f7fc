using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TenantEncryption.Keys;

/// <summary>A secret as memory. It keeps the secret from being collected, and refuses it when it is disposed.</summary>
internal sealed unsafe class SecretMemory(SecretBytes secret) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => secret.Span;

    // It never moves.
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)secret.Length, nameof(elementIndex));
        return new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(secret.Span)) + elementIndex, default, this);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
