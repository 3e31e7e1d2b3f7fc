using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Envelope;

/// <summary>What a file handle allows: positions, or only one pass.</summary>
internal static class RegularFile
{
    /// <summary>Whether a file can be read and written at positions, and its length.</summary>
    public static bool TryGetLength(SafeFileHandle handle, out long length)
    {
        try
        {
            length = RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException)
        {
            length = 0;
            return false;
        }

        return true;
    }

    /// <summary>A file's length; 0 for one that is read in one pass.</summary>
    public static long LengthOrZero(SafeFileHandle handle) => TryGetLength(handle, out long length) ? length : 0;

    /// <summary>As <see cref="TryGetLength"/>, for a file to read: one that says it is empty and isn't (as in /proc) allows one pass only.</summary>
    public static bool TryGetSourceLength(SafeFileHandle handle, out long length)
    {
        Span<byte> oneByte = stackalloc byte[1];
        return TryGetLength(handle, out length) && (length > 0 || RandomAccess.Read(handle, oneByte, 0) == 0);
    }

    /// <summary>A stream from the start of a file whose handle is the caller's: whoever gets the stream doesn't dispose it.</summary>
    public static Stream AsStream(SafeFileHandle handle, FileAccess access)
    {
        var stream = new FileStream(handle, access, bufferSize: 0, handle.IsAsync);
        if (stream.CanSeek)
        {
            stream.Position = 0;
        }

        return stream;
    }

    /// <summary>Fills a buffer from a position.</summary>
    /// <returns>The bytes read: fewer than the buffer holds at the end of the file only.</returns>
    public static int Read(SafeFileHandle handle, Span<byte> buffer, long position)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[filled..], position + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
