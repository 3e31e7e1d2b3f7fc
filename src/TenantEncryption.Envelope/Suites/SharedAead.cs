using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// An AEAD object of one key that any number of threads may use at once: for a key that serves many messages, such as a leased
/// key-encryption key. Each call takes an object that is at hand for its processor, or makes one.
/// </summary>
internal sealed class SharedAead : IAead
{
    private readonly IAeadFactory _factory;
    private readonly SecretBytes _key;
    private readonly IAead?[] _idle = new IAead?[Environment.ProcessorCount];
    private volatile bool _disposed;

    /// <summary>Makes a shared AEAD object.</summary>
    /// <param name="key">16, 24 or 32 bytes, copied; the caller zeroes its own.</param>
    /// <param name="factory">The AEAD; <see langword="null"/> for the platform's AES-GCM.</param>
    public SharedAead(ReadOnlySpan<byte> key, IAeadFactory? factory = null)
    {
        _factory = factory ?? AesGcmFactory.Instance;
        _key = new SecretBytes(key);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The key was zeroed.</exception>
    public void Encrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext,
        Span<byte> tag,
        ReadOnlySpan<byte> associatedData)
    {
        IAead aead = Take(out int place);
        try
        {
            aead.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        }
        finally
        {
            Return(aead, place);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The key was zeroed.</exception>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData)
    {
        IAead aead = Take(out int place);
        try
        {
            return aead.TryDecrypt(nonce, ciphertext, tag, plaintext, associatedData);
        }
        finally
        {
            Return(aead, place);
        }
    }

    /// <summary>Zeroes the key. Calls that are under way end first; later ones are refused.</summary>
    public void Dispose()
    {
        lock (_key)
        {
            _disposed = true;
            _key.Dispose();
        }

        DisposeIdle();
    }

    private IAead Take(out int place)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        place = (int)((uint)Thread.GetCurrentProcessorId() % (uint)_idle.Length);
        return Interlocked.Exchange(ref _idle[place], null) ?? Make();
    }

    private IAead Make()
    {
        // The lock keeps the key from being zeroed while it is copied, which would make an object under a wrong key.
        lock (_key)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _factory.Create(_key.Span);
        }
    }

    private void Return(IAead aead, int place)
    {
        if (Interlocked.CompareExchange(ref _idle[place], aead, null) is not null)
        {
            aead.Dispose();
        }

        if (_disposed)
        {
            DisposeIdle();
        }
    }

    private void DisposeIdle()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }
}
