using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>A store's root keys under a passphrase, in a file of their own: JSON with the store's id, the root key's id, and the sealed keys in base64.</summary>
public sealed class RootKeyBackup
{
    private const string Format = "TenantEncryption root key v1";

    private readonly byte[] _sealed;

    private RootKeyBackup(string storeId, string rootKeyId, byte[] sealedKeys) => (StoreId, RootKeyId, _sealed) = (storeId, rootKeyId, sealedKeys);

    /// <summary>The store whose root it is.</summary>
    public string StoreId { get; }

    /// <summary>The id of the root key.</summary>
    public string RootKeyId { get; }

    /// <summary>Reads a backup.</summary>
    /// <param name="text">The file's text.</param>
    /// <returns>The backup.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is none.</exception>
    public static RootKeyBackup Parse(string text)
    {
        try
        {
            JObject json = JObject.Parse(text);
            if ((string?)json["format"] == Format && (string?)json["storeId"] is { } storeId && Guid.TryParseExact(storeId, "N", out Guid _))
            {
                return new RootKeyBackup(storeId, (string?)json["rootKeyId"] ?? "", Convert.FromBase64String((string?)json["sealedKeys"] ?? ""));
            }
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "This is no backup of a root key.", exception);
        }

        throw new TenantEncryptionException(ErrorCodes.InvalidInput, "This is no backup of a root key.");
    }

    /// <summary>Reads a backup from a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <returns>The backup.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>; <c>INVALID_INPUT</c>: it is none.</exception>
    public static RootKeyBackup Read(string path) => Parse(FileFailure.Translate(path, "read", () => File.ReadAllText(path)));

    /// <summary>Refuses a path at which something is.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="TenantEncryptionException"><c>OUTPUT_EXISTS</c>.</exception>
    public static void RequireFree(string path, bool replace) => OwnerFile.RequireFree(path, replace);

    /// <summary>Whether a vault lacks the root key. The store is not looked at: it may not open without.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="passphrase">The passphrase of the backup in UTF-8; the caller zeroes it.</param>
    /// <param name="replace">Whether another root key that is there may be replaced.</param>
    /// <returns>Whether it does; <see langword="false"/> when the same root key is there.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>PASSPHRASE_REQUIRED</c>: the passphrase is wrong; <c>OUTPUT_EXISTS</c>: another root key of the store is there; <c>STORAGE_FAILED</c>; <c>INVALID_INPUT</c>:
    /// the vault keeps root keys in their stores.
    /// </exception>
    public async Task<bool> IsNeededAsync(IRootKeyVault vault, SecretBytes passphrase, bool replace = false)
    {
        using RootKeySet? needed = await FindNeededAsync(vault, passphrase, replace).ConfigureAwait(false);
        return needed is not null;
    }

    /// <summary>Puts the root key back where a vault keeps it.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="passphrase">The passphrase of the backup in UTF-8; the caller zeroes it.</param>
    /// <param name="replace">Whether to replace another root key that is there.</param>
    /// <returns>When it is there.</returns>
    /// <exception cref="TenantEncryptionException">As <see cref="IsNeededAsync"/>.</exception>
    public async Task RestoreAsync(IRootKeyVault vault, SecretBytes passphrase, bool replace = false)
    {
        using RootKeySet? needed = await FindNeededAsync(vault, passphrase, replace).ConfigureAwait(false);
        if (needed is not null)
        {
            vault.Keep(StoreId, needed);
        }
    }

    /// <summary>
    /// The backup as the vault with which the store opens, where its own is lost: as when the KMS key was deleted under which its root key was sealed.
    /// Moving the root key (<c>RootKeyService.MoveAsync</c>) then puts a new root key under another.
    /// </summary>
    /// <param name="passphrase">The passphrase of the backup in UTF-8; the caller zeroes it, when the store is closed.</param>
    /// <returns>The vault. It keeps no new root key itself.</returns>
    public IRootKeyVault AsVault(SecretBytes passphrase) => new BackupRootKeyVault(_sealed, StoreId, passphrase);

    private async Task<RootKeySet?> FindNeededAsync(IRootKeyVault vault, SecretBytes passphrase, bool replace)
    {
        ArgumentNullException.ThrowIfNull(vault);
        if (vault.IsInStore)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                vault.MasterKeyArn is null
                    ? "A root key under a passphrase is in its store: restore the store."
                    : $"A root key under a KMS key is in its store: open the store with the backup, and move the root key under {vault.MasterKeyArn}.");
        }

        RootKeySet keys = PassphraseSeal.Open(_sealed, StoreId, passphrase, AesGcmFactory.Instance);
        using RootKeySet? there = await vault.OpenAsync(StoreId, null, NoKms.Instance, CancellationToken.None).ConfigureAwait(false);
        if (there is null || (replace && !IsSame(there, keys)))
        {
            return keys;
        }

        using (keys)
        {
            return IsSame(there, keys)
                ? null
                : throw new TenantEncryptionException(
                    ErrorCodes.OutputExists,
                    $"The store's root key {there.Current.Id} (number {there.Current.Number}) is in {vault.PlaceOf(StoreId)}; the backup has {keys.Current.Id} (number {keys.Current.Number}).");
        }
    }

    private static bool IsSame(RootKeySet one, RootKeySet other) =>
        one.Keys.Select(key => key.Id).SequenceEqual(other.Keys.Select(key => key.Id), StringComparer.Ordinal);

    /// <summary>Writes the file's text.</summary>
    internal static string Write(string storeId, RootKeySet keys, SecretBytes passphrase)
    {
        PassphraseSeal.Check(passphrase);
        return new JObject
        {
            ["format"] = Format,
            ["storeId"] = storeId,
            ["rootKeyId"] = keys.Current.Id,
            ["sealedKeys"] = Convert.ToBase64String(PassphraseSeal.Seal(keys, storeId, passphrase, PassphraseSeal.DefaultIterations, AesGcmFactory.Instance)),
        }.ToString(Formatting.Indented);
    }

    // What is kept outside the store needs none.
    private sealed class NoKms : IKmsChannel
    {
        public static readonly NoKms Instance = new();

        public Task<T> SendAsync<T>(KmsRequest<T> request, CancellationToken cancellationToken)
            where T : IKmsAnswer => throw new InvalidOperationException();
    }
}
