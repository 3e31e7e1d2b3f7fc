using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Keeps root keys in the store, sealed with AES-256-GCM under PBKDF2-HMAC-SHA-512 of a passphrase:
/// <c>version 1 ‖ iterations (32-bit big-endian) ‖ salt 16 ‖ IV 12 ‖ ciphertext ‖ tag 16</c>, all before the IV and the store's id authenticated.
/// </summary>
public sealed class PassphraseRootKeyVault : IRootKeyVault, IDisposable
{
    /// <summary>The iterations of new seals (OWASP Password Storage Cheat Sheet: at least 210,000 for PBKDF2-HMAC-SHA-512).</summary>
    public const int DefaultIterations = 600_000;

    private const string Setting = "root-key";
    private const int SaltLength = 16;
    private const int IvLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + 4 + SaltLength;
    private const int MaxIterations = 100_000_000;

    private readonly SecretBytes _passphrase;
    private readonly int _iterations;
    private readonly IAeadFactory _aeadFactory;

    /// <summary>Takes a passphrase.</summary>
    /// <param name="passphrase">Its UTF-8 bytes, at least one; this object owns and zeroes them.</param>
    /// <param name="iterations">PBKDF2 iterations for new seals.</param>
    /// <exception cref="TenantEncryptionException"><c>PASSPHRASE_REQUIRED</c>: it is empty.</exception>
    public PassphraseRootKeyVault(SecretBytes passphrase, int iterations = DefaultIterations)
        : this(passphrase, iterations, null)
    {
    }

    internal PassphraseRootKeyVault(SecretBytes passphrase, int iterations, IAeadFactory? aeadFactory)
    {
        if (passphrase.Length == 0)
        {
            throw new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The passphrase is empty.");
        }

        _passphrase = passphrase;
        _iterations = iterations;
        _aeadFactory = aeadFactory ?? AesGcmFactory.Instance;
    }

    /// <inheritdoc/>
    public RootKeyProtection Protection => RootKeyProtection.Passphrase;

    /// <inheritdoc/>
    public bool IsInStore => true;

    /// <inheritdoc/>
    public IRootKeyVault? For(RootKeyProtection protection) => protection == Protection ? this : null;

    /// <inheritdoc/>
    public string PlaceOf(string storeId) => "the store itself";

    /// <inheritdoc/>
    async Task<RootKeySet?> IRootKeyVault.LoadAsync(string storeId, ISettingsTable settings)
    {
        byte[]? blob = await settings.GetAsync(Setting).ConfigureAwait(false);
        return blob is null ? null : Open(blob, storeId);
    }

    /// <inheritdoc/>
    async Task IRootKeyVault.SaveAsync(string storeId, RootKeySet keys, ISettingsTable settings)
    {
        using SecretBytes plaintext = keys.Serialize();
        byte[] blob = new byte[HeaderLength + IvLength + plaintext.Length + TagLength];
        blob[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(1), _iterations);
        RandomNumberGenerator.Fill(blob.AsSpan(5, SaltLength + IvLength));
        using (IAead aead = DeriveKey(blob))
        {
            aead.Encrypt(
                blob.AsSpan(HeaderLength, IvLength),
                plaintext.Span,
                blob.AsSpan(HeaderLength + IvLength, plaintext.Length),
                blob.AsSpan(blob.Length - TagLength),
                AssociatedData(blob, storeId));
        }

        await settings.SetAsync(Setting, blob).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _passphrase.Dispose();

    private static byte[] AssociatedData(ReadOnlySpan<byte> blob, string storeId) => [.. blob[..HeaderLength], .. Encoding.UTF8.GetBytes(storeId)];

    private RootKeySet Open(byte[] blob, string storeId)
    {
        if (blob.Length <= HeaderLength + IvLength + TagLength || blob[0] != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key in the store is malformed.");
        }

        using var plaintext = new SecretBytes(blob.Length - HeaderLength - IvLength - TagLength);
        using IAead aead = DeriveKey(blob);
        bool opened = aead.TryDecrypt(
            blob.AsSpan(HeaderLength, IvLength),
            blob.AsSpan(HeaderLength + IvLength, plaintext.Length),
            blob.AsSpan(blob.Length - TagLength),
            plaintext.Span,
            AssociatedData(blob, storeId));
        return opened
            ? RootKeySet.Parse(plaintext.Span)
            : throw new TenantEncryptionException(
                ErrorCodes.PassphraseRequired, "The passphrase is wrong, or the sealed root key in the store was altered.");
    }

    private IAead DeriveKey(ReadOnlySpan<byte> blob)
    {
        int iterations = BinaryPrimitives.ReadInt32BigEndian(blob[1..]);
        if (iterations is < 1 or > MaxIterations)
        {
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key in the store is malformed.");
        }

        using var key = new SecretBytes(32);
        Rfc2898DeriveBytes.Pbkdf2(_passphrase.Span, blob.Slice(5, SaltLength), key.Span, iterations, HashAlgorithmName.SHA512);
        return _aeadFactory.Create(key.Span);
    }
}
