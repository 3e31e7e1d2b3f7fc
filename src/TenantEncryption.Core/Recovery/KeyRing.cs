using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.Recovery;

/// <summary>
/// A tenant's key ring as it was exported. Under a passphrase all of it is authenticated. Without one nothing is but each record, and that only once its provider
/// opened it: what else such a file says decides nothing. Disposing it zeroes what derives from the passphrase.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private const int LongestFile = 64 * 1024 * 1024;

    private KeyRing(KeyRingContent content, KeyRingSeal? seal, string hash) => (Content, Seal, Hash) = (content, seal, hash);

    /// <summary>The tenant whose keys it has.</summary>
    public string TenantId => Content.Tenant.TenantId;

    /// <summary>The store that it comes from.</summary>
    public string StoreId => Content.StoreId;

    /// <summary>When it was exported, as it says.</summary>
    public DateTimeOffset ExportedAt => Content.ExportedAt;

    /// <summary>Whether it is under a passphrase, which verified.</summary>
    public bool IsSealed => Seal is not null;

    /// <summary>How many keys it has.</summary>
    public int Keys => Content.Keys.Count;

    /// <summary>SHA-256 of the file, in lower-case hexadecimal, as the event of its export tells it.</summary>
    public string Hash { get; }

    internal KeyRingContent Content { get; }

    internal KeyRingSeal? Seal { get; }

    /// <summary>Reads a key ring.</summary>
    /// <param name="path">The file, by its full path.</param>
    /// <param name="passphrase">The passphrase under which it was exported, in UTF-8; the caller zeroes it. <see langword="null"/> where there is none.</param>
    /// <returns>The ring.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>; <c>INVALID_INPUT</c>: it is none, or was exported under no passphrase; <c>PASSPHRASE_REQUIRED</c>: it was
    /// exported under a passphrase, or under another one, or it was altered.
    /// </exception>
    public static KeyRing Read(string path, SecretBytes? passphrase = null)
    {
        byte[] bytes = FileFailure.Translate(path, "read", () => new FileInfo(path).Length <= LongestFile
            ? File.ReadAllBytes(path)
            : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' is longer than {LongestFile} bytes: this is no key ring."));
        (KeyRingContent content, KeyRingSeal? seal) = KeyRingText.Read(bytes, passphrase);
        return new KeyRing(content, seal, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <inheritdoc/>
    public void Dispose() => Seal?.Dispose();
}
