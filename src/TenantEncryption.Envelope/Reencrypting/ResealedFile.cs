using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Envelope;

/// <summary>
/// A regular file that receives a message: each run of frames is encrypted by the thread that gives its plaintext, where the old frames were, and written at
/// its place. Frames of the same content are as long as the old ones.
/// </summary>
internal sealed class ResealedFile : IFrameSink, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _frameLength;
    private readonly byte[] _header;
    private readonly IAead[] _aeads;
    private long _length;

    /// <summary>Writes the header.</summary>
    /// <param name="file">An empty file.</param>
    /// <param name="materials">What the message is written with; used up by this.</param>
    /// <param name="frameLength">Bytes.</param>
    /// <param name="aeadFactory">Makes the AEAD objects.</param>
    /// <param name="workers">How many threads give plaintext.</param>
    public ResealedFile(SafeFileHandle file, MessageMaterials materials, int frameLength, IAeadFactory aeadFactory, int workers)
    {
        (_file, _frameLength, _header) = (file, frameLength, new byte[HeaderWriter.Length(materials)]);
        _aeads = new IAead[workers];
        materials.Claim();
        HeaderWriter.Write(materials, frameLength, aeadFactory, _header, _aeads);
        RandomAccess.Write(file, _header, 0);
    }

    /// <summary>What was written, once every run was.</summary>
    /// <param name="plaintextLength">The length of all runs.</param>
    public WrittenMessage Written(long plaintextLength) =>
        new(_header.AsMemory(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength), plaintextLength, Volatile.Read(ref _length));

    /// <inheritdoc/>
    public void Take(int worker, long first, ReadOnlySpan<byte> plaintext, Span<byte> frames, bool endsMessage)
    {
        int length = Frames.Seal(
            _aeads[worker], _header.AsSpan(HeaderWriter.MessageIdOffset, HeaderWriter.MessageIdLength), _frameLength, (uint)(first + 1), plaintext, endsMessage, frames);
        long position = _header.Length + (first * (_frameLength + (long)Frames.RegularOverhead));
        RandomAccess.Write(_file, frames[..length], position);
        if (endsMessage)
        {
            Volatile.Write(ref _length, position + length);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => AeadSet.Dispose(_aeads);
}
