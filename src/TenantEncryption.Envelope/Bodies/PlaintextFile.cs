using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Envelope;

/// <summary>A regular file that receives plaintext, each run of frames at its place.</summary>
internal sealed class PlaintextFile(SafeFileHandle file, int frameLength) : IFrameSink
{
    /// <inheritdoc/>
    public void Take(int worker, long first, ReadOnlySpan<byte> plaintext, Span<byte> frames, bool endsMessage)
    {
        if (plaintext.Length > 0)
        {
            RandomAccess.Write(file, plaintext, first * frameLength);
        }
    }
}
