using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Seals root keys with AES-256-GCM under PBKDF2-HMAC-SHA-512 of a passphrase:
/// <c>version 1 ‖ iterations (32-bit big-endian) ‖ salt 16 ‖ IV 12 ‖ ciphertext ‖ tag 16</c>, all before the IV and the store's id authenticated.
/// </summary>
internal static class PassphraseSeal
{
    /// <summary>The iterations of new seals (OWASP Password Storage Cheat Sheet: at least 210,000 for PBKDF2-HMAC-SHA-512).</summary>
    public const int DefaultIterations = 600_000;

    private const int SaltLength = 16;
    private const int IvLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + 4 + SaltLength;
    private const int MaxIterations = 100_000_000;

    /// <summary>Refuses an empty passphrase.</summary>
    /// <exception cref="TenantEncryptionException"><c>PASSPHRASE_REQUIRED</c>.</exception>
    public static void Check(SecretBytes passphrase)
    {
        if (passphrase.Length == 0)
        {
            throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The passphrase is empty.");
        }
    }

    /// <summary>Seals root keys.</summary>
    public static byte[] Seal(RootKeySet keys, string storeId, SecretBytes passphrase, int iterations, IAeadFactory aeadFactory)
    {
        using SecretBytes plaintext = keys.Serialize();
        byte[] blob = new byte[HeaderLength + IvLength + plaintext.Length + TagLength];
        blob[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(1), iterations);
        RandomNumberGenerator.Fill(blob.AsSpan(5, SaltLength + IvLength));
        using IAead aead = DeriveKey(blob, passphrase, aeadFactory);
        aead.Encrypt(
            blob.AsSpan(HeaderLength, IvLength),
            plaintext.Span,
            blob.AsSpan(HeaderLength + IvLength, plaintext.Length),
            blob.AsSpan(blob.Length - TagLength),
            AssociatedData(blob, storeId));
        return blob;
    }

    /// <summary>Opens what was sealed.</summary>
    /// <exception cref="TenantEncryptionException"><c>PASSPHRASE_REQUIRED</c>: another passphrase sealed it, or it was altered; <c>ROOT_KEY_MISMATCH</c>: it is malformed.</exception>
    public static RootKeySet Open(byte[] blob, string storeId, SecretBytes passphrase, IAeadFactory aeadFactory)
    {
        if (blob.Length <= HeaderLength + IvLength + TagLength || blob[0] != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key is malformed.");
        }

        using var plaintext = new SecretBytes(blob.Length - HeaderLength - IvLength - TagLength);
        using IAead aead = DeriveKey(blob, passphrase, aeadFactory);
        bool opened = aead.TryDecrypt(
            blob.AsSpan(HeaderLength, IvLength),
            blob.AsSpan(HeaderLength + IvLength, plaintext.Length),
            blob.AsSpan(blob.Length - TagLength),
            plaintext.Span,
            AssociatedData(blob, storeId));
        return opened
            ? RootKeySet.Parse(plaintext.Span)
            : throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The passphrase is wrong, or the sealed root key was altered.");
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> blob, string storeId) => [.. blob[..HeaderLength], .. Encoding.UTF8.GetBytes(storeId)];

    private static IAead DeriveKey(ReadOnlySpan<byte> blob, SecretBytes passphrase, IAeadFactory aeadFactory)
    {
        int iterations = BinaryPrimitives.ReadInt32BigEndian(blob[1..]);
        if (iterations is < 1 or > MaxIterations)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key is malformed.");
        }

        using var key = new SecretBytes(32);
        Rfc2898DeriveBytes.Pbkdf2(passphrase.Span, blob.Slice(5, SaltLength), key.Span, iterations, HashAlgorithmName.SHA512);
        return aeadFactory.Create(key.Span);
    }
}
