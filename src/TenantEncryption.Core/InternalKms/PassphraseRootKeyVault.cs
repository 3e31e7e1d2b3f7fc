using TenantEncryption.Envelope;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>Keeps root keys in the store, sealed under a passphrase with AES-256-GCM and PBKDF2-HMAC-SHA-512.</summary>
public sealed class PassphraseRootKeyVault : IRootKeyVault, IDisposable
{
    /// <summary>The iterations of new seals (OWASP Password Storage Cheat Sheet: at least 210,000 for PBKDF2-HMAC-SHA-512).</summary>
    public const int DefaultIterations = PassphraseSeal.DefaultIterations;

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
        PassphraseSeal.Check(passphrase);
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
    Task<RootKeySet?> IRootKeyVault.OpenAsync(string storeId, byte[]? kept, IKmsChannel kms, CancellationToken cancellationToken) =>
        Task.FromResult(kept is null ? null : PassphraseSeal.Open(kept, storeId, _passphrase, _aeadFactory));

    /// <inheritdoc/>
    Task<byte[]?> IRootKeyVault.SealAsync(string storeId, RootKeySet keys, IKmsChannel kms, CancellationToken cancellationToken) =>
        Task.FromResult<byte[]?>(PassphraseSeal.Seal(keys, storeId, _passphrase, _iterations, _aeadFactory));

    /// <inheritdoc/>
    public void Dispose() => _passphrase.Dispose();
}
