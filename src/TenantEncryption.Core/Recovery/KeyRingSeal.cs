using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;

namespace TenantEncryption.Recovery;

/// <summary>
/// What a passphrase does for an exported key ring. P is PBKDF2-HMAC-SHA-512 of the passphrase (NIST SP 800-132), 32 bytes; from it HKDF-SHA-512 (RFC 5869, no
/// salt) derives a key for shares and a key for the MAC, by their labels:
/// <code>
/// sealed share = IV 12 ‖ AES-256-GCM(share key, IV, share, aad = the record's serialized encryption context)
/// mac          = HMAC-SHA-512(MAC key, every byte of the file before the line of the MAC)
/// </code>
/// The context names the key, so a share fits one record alone. The salt is fresh for every ring, and so is each IV.
/// </summary>
internal sealed class KeyRingSeal : IDisposable
{
    /// <summary>The length of a sealed share.</summary>
    public const int SealedShareLength = IvLength + KeyRecordCipher.KeyLength + TagLength;

    /// <summary>The length of the salt.</summary>
    public const int SaltLength = 16;

    /// <summary>The length of the MAC.</summary>
    public const int MacLength = 64;

    /// <summary>The most iterations that a file may ask for: it is read by whoever was handed it.</summary>
    public const int MaxIterations = 10_000_000;

    private const int IvLength = 12;
    private const int TagLength = 16;

    private readonly SecretBytes _shareKey;
    private readonly SecretBytes _macKey;

    /// <summary>Derives the keys.</summary>
    /// <param name="passphrase">The passphrase in UTF-8; the caller zeroes it.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">1 to <see cref="MaxIterations"/>.</param>
    /// <exception cref="TenantEncryptionException"><c>PASSPHRASE_REQUIRED</c>: it is empty.</exception>
    public KeyRingSeal(SecretBytes passphrase, byte[] salt, int iterations)
    {
        PassphraseSeal.Check(passphrase);
        (Salt, Iterations) = (salt, iterations);
        using var key = new SecretBytes(KeyRecordCipher.KeyLength);
        Rfc2898DeriveBytes.Pbkdf2(passphrase.Span, salt, key.Span, iterations, HashAlgorithmName.SHA512);
        _shareKey = Derive(key, "TenantEncryption key ring share v1"u8);
        _macKey = Derive(key, "TenantEncryption key ring MAC v1"u8);
    }

    /// <summary>The salt.</summary>
    public byte[] Salt { get; }

    /// <summary>The iterations.</summary>
    public int Iterations { get; }

    /// <summary>A seal for a new ring.</summary>
    public static KeyRingSeal Create(SecretBytes passphrase, int iterations) => new(passphrase, RandomNumberGenerator.GetBytes(SaltLength), iterations);

    /// <summary>Seals a share.</summary>
    public byte[] Seal(ReadOnlySpan<byte> share, IReadOnlyDictionary<string, string> context)
    {
        byte[] output = new byte[IvLength + share.Length + TagLength];
        Span<byte> iv = output.AsSpan(0, IvLength);
        RandomNumberGenerator.Fill(iv);
        using IAead aead = AesGcmFactory.Instance.Create(_shareKey.Span);
        aead.Encrypt(iv, share, output.AsSpan(IvLength, share.Length), output.AsSpan(output.Length - TagLength), AssociatedData(context));
        return output;
    }

    /// <summary>Opens a share.</summary>
    /// <returns>32 bytes; the caller disposes them.</returns>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>.</exception>
    public SecretBytes Open(ReadOnlySpan<byte> sealedShare, IReadOnlyDictionary<string, string> context)
    {
        var share = new SecretBytes(KeyRecordCipher.KeyLength);
        if (sealedShare.Length == SealedShareLength)
        {
            using IAead aead = AesGcmFactory.Instance.Create(_shareKey.Span);
            if (aead.TryDecrypt(sealedShare[..IvLength], sealedShare[IvLength..^TagLength], sealedShare[^TagLength..], share.Span, AssociatedData(context)))
            {
                return share;
            }
        }

        share.Dispose();
        throw new TenantEncryptionException(ErrorCodes.WrongKey, "A share that the passphrase of the key ring sealed does not open.");
    }

    /// <summary>The MAC of a ring.</summary>
    public byte[] Authenticate(ReadOnlySpan<byte> body) => HMACSHA512.HashData(_macKey.Span, body);

    /// <inheritdoc/>
    public void Dispose()
    {
        _shareKey.Dispose();
        _macKey.Dispose();
    }

    private static SecretBytes Derive(SecretBytes key, ReadOnlySpan<byte> label)
    {
        var derived = new SecretBytes(KeyRecordCipher.KeyLength);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, key.Span, derived.Span, salt: [], label);
        return derived;
    }

    private static ReadOnlySpan<byte> AssociatedData(IReadOnlyDictionary<string, string> context) => new EncryptionContext(context).Serialized.Span;
}
