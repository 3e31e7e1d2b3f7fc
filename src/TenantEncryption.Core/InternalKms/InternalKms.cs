using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// The built-in KMS: seals 32-byte shares and log keys under the root key, as
/// <c>version 1 ‖ root id 16 ‖ IV 12 ‖ ciphertext ‖ tag 16</c> with AES-256-GCM; root id and encryption context are authenticated.
/// IVs are random; the number of seals is that of keys, far below the 2^32 of NIST SP 800-38D §8.3.
/// When another process rotated the root, the new one is loaded before the next seal, and when a share names it.
/// </summary>
internal sealed class InternalKms : IDisposable
{
    /// <summary>What stands for a key ARN in the records of the internal KMS.</summary>
    public const string KeyArn = "internal";

    private const int IvLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + 16;

    private static ReadOnlySpan<byte> SealLabel => "TenantEncryption internal KMS v1"u8;

    private readonly IStore _store;
    private readonly IRootKeyVault _vault;
    private readonly string _storeId;
    private readonly IAeadFactory _aeadFactory;
    private readonly List<RootKeySet> _loaded = [];
    private volatile RootKeySet _roots;

    /// <summary>Takes over the root keys of a store.</summary>
    public InternalKms(IStore store, IRootKeyVault vault, string storeId, RootKeySet roots, IAeadFactory? aeadFactory = null)
    {
        (_store, _vault, _storeId, _roots, _aeadFactory) = (store, vault, storeId, roots, aeadFactory ?? AesGcmFactory.Instance);
        _loaded.Add(roots);
    }

    /// <summary>The root keys, current one first.</summary>
    public RootKeySet Roots => _roots;

    /// <summary>The id of the root key that sealed a secret.</summary>
    public static string RootIdOf(ReadOnlySpan<byte> sealedSecret) =>
        sealedSecret.Length >= HeaderLength ? Convert.ToHexStringLower(sealedSecret[1..HeaderLength]) : "";

    /// <summary>Seals and opens with other root keys from now on; those before are zeroed with this object.</summary>
    public void Use(RootKeySet roots)
    {
        lock (_loaded)
        {
            _loaded.Add(roots);
            _roots = roots;
        }
    }

    /// <summary>Loads the root keys again when another process rotated them.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <returns>When the keys at hand are those that the store needs.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISMATCH</c>, <c>ROOT_KEY_MISSING</c>.</exception>
    public async Task RefreshAsync(ISettingsTable settings)
    {
        if (await IsAtHandAsync(settings).ConfigureAwait(false))
        {
            return;
        }

        // What was asked may be a snapshot from before a rotation that this process knows of.
        IStoreTransaction now = await _store.BeginAsync(StoreAccess.Read, StoreScope.None).ConfigureAwait(false);
        await using var _ = now.ConfigureAwait(false);
        if (!await IsAtHandAsync(now.Settings).ConfigureAwait(false))
        {
            await LoadAgainAsync(now.Settings).ConfigureAwait(false);
        }
    }

    /// <summary>Seals a secret under the root that the store needs now.</summary>
    public async Task<byte[]> SealAsync(SecretBytes secret, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, StoreScope.None, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await RefreshAsync(transaction.Settings).ConfigureAwait(false);
        }

        return Seal(secret.Span, context);
    }

    /// <summary>Seals a secret under the current root at hand.</summary>
    public byte[] Seal(ReadOnlySpan<byte> secret, IReadOnlyDictionary<string, string> context)
    {
        RootKey root = _roots.Current;
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

    /// <summary>Opens what was sealed here, under whichever root sealed it.</summary>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c> or <c>ROOT_KEY_MISMATCH</c>.</exception>
    public async Task<SecretBytes> OpenAsync(byte[] sealedSecret, IReadOnlyDictionary<string, string> context, CancellationToken cancellationToken)
    {
        if (sealedSecret.Length < HeaderLength + IvLength + TagLength || sealedSecret[0] != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.WrongKey, "A share of the internal KMS is malformed.");
        }

        string rootId = RootIdOf(sealedSecret);
        if (Find(rootId) is null)
        {
            IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Read, StoreScope.None, cancellationToken).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await LoadAgainAsync(transaction.Settings).ConfigureAwait(false);
        }

        RootKey root = Find(rootId)
            ?? throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"A share is sealed under root key {rootId}, which is not at hand.");
        return Open(root, sealedSecret, context);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RootKeySet roots in _loaded)
        {
            roots.Dispose();
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

    private RootKey? Find(string rootId) => _roots.Keys.FirstOrDefault(key => key.Id == rootId);

    private async Task LoadAgainAsync(ISettingsTable settings)
    {
        if (await RootKeyLoader.LoadAsync(settings, _vault).ConfigureAwait(false) is not { } loaded || loaded.StoreId != _storeId)
        {
            return;
        }

        // A rotation of this process that is not committed yet is ahead of the store.
        if (loaded.Keys.Current.Number < _roots.Current.Number && Find(loaded.Keys.Current.Id) is not null)
        {
            loaded.Keys.Dispose();
            return;
        }

        Use(loaded.Keys);
    }

    private async Task<bool> IsAtHandAsync(ISettingsTable settings) =>
        await RootKeyLoader.MarkAsync(settings).ConfigureAwait(false) is not { } needed || needed == _roots.Mark;
}
