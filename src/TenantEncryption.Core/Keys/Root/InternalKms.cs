using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// The built-in KMS: seals 32-byte shares and log keys under the root key, as
/// <c>version 1 ‖ root id 16 ‖ IV 12 ‖ ciphertext ‖ tag 16</c> with AES-256-GCM; root id and encryption context are authenticated.
/// IVs are random; the number of seals is that of keys, far below the 2^32 of NIST SP 800-38D §8.3.
/// </summary>
internal sealed class InternalKms(RootKeySet roots) : IDisposable
{
    /// <summary>What stands for a key ARN in the records of the internal KMS.</summary>
    public const string KeyArn = "internal";

    private const int IvLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + 16;

    private static ReadOnlySpan<byte> SealLabel => "TenantEncryption internal KMS v1"u8;

    /// <summary>The id of the root key that seals.</summary>
    public string CurrentRootId => roots.Current.Id;

    /// <summary>The root keys themselves.</summary>
    public RootKeySet Roots => roots;

    /// <summary>Seals a secret under the current root.</summary>
    public byte[] Seal(ReadOnlySpan<byte> secret, IReadOnlyDictionary<string, string> context)
    {
        byte[] output = new byte[HeaderLength + IvLength + secret.Length + TagLength];
        output[0] = 1;
        Convert.FromHexString(roots.Current.Id).CopyTo(output, 1);
        RandomNumberGenerator.Fill(output.AsSpan(HeaderLength, IvLength));
        using AesGcm aes = Cipher(roots.Current);
        aes.Encrypt(
            output.AsSpan(HeaderLength, IvLength),
            secret,
            output.AsSpan(HeaderLength + IvLength, secret.Length),
            output.AsSpan(output.Length - TagLength),
            AssociatedData(output, context));
        return output;
    }

    /// <summary>Opens what <see cref="Seal"/> made, under whichever root sealed it.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c> or <c>ROOT_KEY_MISMATCH</c>.</exception>
    public SecretBytes Open(ReadOnlySpan<byte> sealedSecret, IReadOnlyDictionary<string, string> context)
    {
        if (sealedSecret.Length < HeaderLength + IvLength + TagLength || sealedSecret[0] != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, "A share of the internal KMS is malformed.");
        }

        string rootId = Convert.ToHexString(sealedSecret[1..HeaderLength]).ToLowerInvariant();
        RootKey root = roots.Keys.FirstOrDefault(key => key.Id == rootId)
            ?? throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"A share is sealed under root key {rootId}, which is not at hand.");
        var secret = new SecretBytes(sealedSecret.Length - HeaderLength - IvLength - TagLength);
        try
        {
            using AesGcm aes = Cipher(root);
            aes.Decrypt(
                sealedSecret.Slice(HeaderLength, IvLength),
                sealedSecret.Slice(HeaderLength + IvLength, secret.Length),
                sealedSecret[^TagLength..],
                secret.Span,
                AssociatedData(sealedSecret, context));
            return secret;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            secret.Dispose();
            throw new TenantEncryptionException(
                ErrorCodes.WrongKey, "A share of the internal KMS does not open: it was altered, or its context is another's.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => roots.Dispose();

    private static AesGcm Cipher(RootKey root)
    {
        using var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, root.Material.Span, key.Span, salt: [], SealLabel);
        return new AesGcm(key.Span, TagLength);
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> sealedSecret, IReadOnlyDictionary<string, string> context) =>
        [.. sealedSecret[..HeaderLength], .. new EncryptionContext(context).Serialized.Span];
}
