using System.Security.Cryptography;

namespace TenantEncryption.Keys;

/// <summary>
/// Key material in a pinned array, so that the garbage collector leaves no copies, zeroed when disposed.
/// It never prints, serializes or compares its content.
/// </summary>
public sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    /// <summary>Makes zeroed key material of a length.</summary>
    /// <param name="length">Bytes.</param>
    public SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Copies key material. The caller zeroes the source.</summary>
    /// <param name="source">The bytes to copy.</param>
    public SecretBytes(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(_bytes);

    /// <summary>The length in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The material itself.</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>The material as memory, for calls that outlive a stack frame.</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed.</exception>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Fresh material from the system's random source.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns>The new material.</returns>
    public static SecretBytes Random(int length)
    {
        var secret = new SecretBytes(length);
        RandomNumberGenerator.Fill(secret._bytes);
        return secret;
    }

    /// <summary>Zeroes the material.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _disposed = true;
    }
}
