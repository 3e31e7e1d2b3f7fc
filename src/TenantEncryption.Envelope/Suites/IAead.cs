namespace TenantEncryption.Envelope;

/// <summary>
/// Authenticated encryption under one key, with 12-byte nonces and 16-byte tags. An instance is used by one thread at a time
/// (OpenSSL's cipher context is not shared safely); the factory makes as many as there are threads.
/// </summary>
internal interface IAead : IDisposable
{
    /// <summary>Encrypts and authenticates. A nonce meets one input only, ever, under one key (NIST SP 800-38D §8).</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="plaintext">The plaintext.</param>
    /// <param name="ciphertext">Receives as many bytes; may be the same memory as the plaintext.</param>
    /// <param name="tag">Receives 16 bytes.</param>
    /// <param name="associatedData">What is authenticated beside the plaintext.</param>
    void Encrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext,
        Span<byte> tag,
        ReadOnlySpan<byte> associatedData);

    /// <summary>Verifies and decrypts.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="ciphertext">The ciphertext.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">Receives as many bytes, zero if the tag does not verify; may be the same memory as the ciphertext.</param>
    /// <param name="associatedData">What is authenticated beside the ciphertext.</param>
    /// <returns>Whether the tag verifies.</returns>
    bool TryDecrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData);
}
