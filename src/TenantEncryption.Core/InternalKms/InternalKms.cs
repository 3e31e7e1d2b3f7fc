using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// The built-in KMS: seals 32-byte shares and log keys under the root key, as
/// <c>version 1 ‖ root id 16 ‖ IV 12 ‖ ciphertext ‖ tag 16</c> with AES-256-GCM; root id and encryption context are authenticated.
/// IVs are random; the number of seals is that of keys, far below the 2^32 of NIST SP 800-38D §8.3.
/// When another process rotated the root, the new one is asked for before the next seal, and when a share names it.
/// </summary>
internal sealed class InternalKms
{
    /// <summary>What stands for a key ARN in the records of the internal KMS.</summary>
    public const string KeyArn = "internal";

    private const int IvLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + 16;

    private static ReadOnlySpan<byte> SealLabel => "TenantEncryption internal KMS v1"u8;

    private readonly RootKeys _roots;
    private readonly IAeadFactory _aeadFactory;

    /// <summary>Seals and opens under the root keys of a store.</summary>
    public InternalKms(RootKeys roots, IAeadFactory? aeadFactory = null) => (_roots, _aeadFactory) = (roots, aeadFactory ?? AesGcmFactory.Instance);

    /// <summary>The id of the root key that sealed a secret.</summary>
    public static string RootIdOf(ReadOnlySpan<byte> sealedSecret) =>
        sealedSecret.Length >= HeaderLength ? Convert.ToHexStringLower(sealedSecret[1..HeaderLength]) : "";

    /// <summary>Seals a secret under the root that the store needs now; while no transaction is open.</summary>
    /// <exception cref="TenantEncryptionException">What the vault of the root keys answered.</exception>
    public async Task<byte[]> SealAsync(SecretBytes secret, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        await _roots.RefreshAsync(cancellationToken).ConfigureAwait(false);
        using RootUse use = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
        return Seal(use.Roots.Current, secret.Span, context);
    }

    /// <summary>Seals a secret under a root key.</summary>
    public byte[] Seal(RootKey root, ReadOnlySpan<byte> secret, IReadOnlyDictionary<string, string> context)
    {
        byte[] output = new byte[HeaderLength + IvLength + secret.Length + TagLength];
        output[0] = 1;
        Convert.FromHexString(root.Id).CopyTo(output, 1);
        RandomNumberGenerator.Fill(output.AsSpan(HeaderLength, IvLength));
        using IAead aead = Cipher(root);
        aead.Encrypt(
            output.AsSpan(HeaderLength, IvLength),
            secret,
            output.AsSpan(HeaderLength + IvLength, secret.Length),
            output.AsSpan(output.Length - TagLength),
            AssociatedData(output, context));
        return output;
    }

    /// <summary>Opens what was sealed here, under whichever root sealed it; while no transaction is open.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c> or <c>ROOT_KEY_MISMATCH</c>; what the vault of the root keys answered.</exception>
    public async Task<SecretBytes> OpenAsync(byte[] sealedSecret, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        RequireForm(sealedSecret);
        using (RootUse use = await _roots.UseAsync(cancellationToken).ConfigureAwait(false))
        {
            if (use.Roots.Find(RootIdOf(sealedSecret)) is not null)
            {
                return Open(use.Roots, sealedSecret, context);
            }
        }

        await _roots.RefreshAsync(cancellationToken).ConfigureAwait(false);
        using RootUse later = await _roots.UseAsync(cancellationToken).ConfigureAwait(false);
        return Open(later.Roots, sealedSecret, context);
    }

    /// <summary>Opens what was sealed under one of these root keys.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c> or <c>ROOT_KEY_MISMATCH</c>.</exception>
    public SecretBytes Open(RootKeySet roots, ReadOnlySpan<byte> sealedSecret, IReadOnlyDictionary<string, string> context)
    {
        RequireForm(sealedSecret);
        string rootId = RootIdOf(sealedSecret);
        RootKey root = roots.Find(rootId)
            ?? throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"A share is sealed under root key {rootId}, which is not at hand.");
        return Open(root, sealedSecret, context);
    }

    private static void RequireForm(ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length < HeaderLength + IvLength + TagLength || sealedSecret[0] != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, "A share of the internal KMS is malformed.");
        }
    }

    private SecretBytes Open(RootKey root, ReadOnlySpan<byte> sealedSecret, IReadOnlyDictionary<string, string> context)
    {
        var secret = new SecretBytes(sealedSecret.Length - HeaderLength - IvLength - TagLength);
        using IAead aead = Cipher(root);
        if (aead.TryDecrypt(
            sealedSecret.Slice(HeaderLength, IvLength),
            sealedSecret.Slice(HeaderLength + IvLength, secret.Length),
            sealedSecret[^TagLength..],
            secret.Span,
            AssociatedData(sealedSecret, context)))
        {
            return secret;
        }

        secret.Dispose();
        throw new TenantEncryptionException(
            ErrorCodes.WrongKey, "A share of the internal KMS does not open: it was altered, or its context is another's.");
    }

    private IAead Cipher(RootKey root)
    {
        using var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, root.Material.Span, key.Span, salt: [], SealLabel);
        return _aeadFactory.Create(key.Span);
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> sealedSecret, IReadOnlyDictionary<string, string> context) =>
        [.. sealedSecret[..HeaderLength], .. new EncryptionContext(context).Serialized.Span];
}
