using TenantEncryption.Envelope;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>Keeps root keys in the store, sealed under a passphrase with AES-256-GCM and PBKDF2-HMAC-SHA-512.</summary>
public sealed class PassphraseRootKeyVault : IRootKeyVault, IDisposable
{
    /// <summary>The iterations of new seals (OWASP Password Storage Cheat Sheet: at least 210,000 for PBKDF2-HMAC-SHA-512).</summary>
    public const int DefaultIterations = PassphraseSeal.DefaultIterations;

    private const string Setting = "root-key";

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
    async Task<RootKeySet?> IRootKeyVault.LoadAsync(string storeId, ISettingsTable settings) =>
        await settings.GetAsync(Setting).ConfigureAwait(false) is { } blob ? PassphraseSeal.Open(blob, storeId, _passphrase, _aeadFactory) : null;

    /// <inheritdoc/>
    Task IRootKeyVault.SaveAsync(string storeId, RootKeySet keys, ISettingsTable settings) =>
        settings.SetAsync(Setting, PassphraseSeal.Seal(keys, storeId, _passphrase, _iterations, _aeadFactory));

    /// <inheritdoc/>
    public void Dispose() => _passphrase.Dispose();
}
