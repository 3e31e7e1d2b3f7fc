using System.Security.Cryptography;

namespace TenantEncryption.Envelope;

/// <summary>AES-GCM of the platform under one key.</summary>
internal sealed class AesGcmAead(ReadOnlySpan<byte> key) : IAead
{
    private readonly AesGcm _aesGcm = new(key, AlgorithmSuite.TagLength);

    public void Encrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext,
        Span<byte> tag,
        ReadOnlySpan<byte> associatedData) => _aesGcm.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertext,
        ReadOnlySpan<byte> tag,
        Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData)
    {
        try
        {
            _aesGcm.Decrypt(nonce, ciphertext, tag, plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plaintext);
            return false;
        }
    }

    public void Dispose() => _aesGcm.Dispose();
}
