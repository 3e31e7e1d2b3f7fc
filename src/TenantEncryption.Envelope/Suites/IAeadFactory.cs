namespace TenantEncryption.Envelope;

/// <summary>Makes AEAD objects from keys: the seam at which a test watches every pair of key and nonce.</summary>
internal interface IAeadFactory
{
    /// <summary>Makes an AEAD object.</summary>
    /// <param name="key">16, 24 or 32 bytes, copied; the caller zeroes its own.</param>
    /// <returns>The object. The caller disposes it.</returns>
    IAead Create(ReadOnlySpan<byte> key);
}
