using System.Security.Cryptography;

namespace TenantEncryption.Keys;

/// <summary>
/// Key material outside the garbage collector's heap, so that no copies of it are left: locked in memory, left out of core dumps where the system can (Linux), zeroed
/// when disposed. What nobody disposes is zeroed when it is collected. It never prints, serializes or compares its content. Dispose it when its last use is over, not
/// while another thread uses it.
/// </summary>
public sealed unsafe class SecretBytes : IDisposable
{
    [ThreadStatic]
    private static RecentSecrets _recent;

    private nint _address;

    /// <summary>Makes zeroed key material of a length.</summary>
    /// <param name="length">Bytes.</param>
    public SecretBytes(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _address = SecretArena.Take(length);
    }

    /// <summary>Copies key material. The caller zeroes the source.</summary>
    /// <param name="source">The bytes to copy.</param>
    public SecretBytes(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(Span);

    /// <summary>Zeroes material that nobody disposed.</summary>
    ~SecretBytes() => Free();

    /// <summary>
    /// Why secrets of this process could not be locked in memory, so that the system may write them to swap, with the remedy; <see langword="null"/> while all are locked.
    /// </summary>
    public static string? LockFailure => LockedPages.Failure;

    /// <summary>The length in bytes.</summary>
    public int Length { get; }

    /// <summary>The material itself.</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed.</exception>
    public Span<byte> Span
    {
        get
        {
            nint address = Volatile.Read(ref _address);
            ObjectDisposedException.ThrowIf(address == 0, this);
            _recent.Keep(this);
            return new Span<byte>((void*)address, Length);
        }
    }

    /// <summary>The material as memory, for calls that outlive a stack frame.</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed; using the memory throws it later.</exception>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _address) == 0, this);
            return new SecretMemory(this).Memory;
        }
    }

    /// <summary>Fresh material from the system's random source.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns>The new material.</returns>
    public static SecretBytes Random(int length)
    {
        var secret = new SecretBytes(length);
        RandomNumberGenerator.Fill(secret.Span);
        return secret;
    }

    /// <summary>Zeroes the material.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>((void*)address, Length));
            SecretArena.Return(address, Length);
        }
    }
}
