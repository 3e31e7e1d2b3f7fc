using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Stores;

namespace TenantEncryption.Integrity;

/// <summary>
/// The keys that authenticate the event log. Each derives from one root key and has its number:
/// <c>HKDF-SHA-512(root key, salt = store id, info = "TenantEncryption log key v1")</c>, 32 bytes. A root that was rotated away signs nothing any more, as
/// nobody has it; what it signed is verified by its log key, which the rotation sealed under the next root.
/// </summary>
internal sealed class LogKeys(InternalKms internalKms, string storeId) : IDisposable
{
    private readonly Dictionary<int, SecretBytes> _opened = [];

    private static ReadOnlySpan<byte> Label => "TenantEncryption log key v1"u8;

    /// <summary>The number of the key that begins new chains.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <returns>The number.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISMATCH</c>, <c>ROOT_KEY_MISSING</c>: another process rotated the root, and the new one is not at hand.</exception>
    public async ValueTask<int> CurrentAsync(ISettingsTable settings)
    {
        await internalKms.RefreshAsync(settings).ConfigureAwait(false);
        return internalKms.Roots.Current.Number;
    }

    /// <summary>Whether a key still signs: its root is at hand. Two do while the root is being rotated.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="id">The key's number.</param>
    /// <returns>Whether it does.</returns>
    public async ValueTask<bool> SignsAsync(ISettingsTable settings, int id)
    {
        await internalKms.RefreshAsync(settings).ConfigureAwait(false);
        return internalKms.Roots.Find(id) is not null;
    }

    /// <summary>Seals the keys of the roots before the current one under it, so that they go on to verify what they signed.</summary>
    /// <param name="settings">The store's settings, in a write transaction.</param>
    /// <returns>When they are sealed.</returns>
    public async Task SealEarlierAsync(ISettingsTable settings)
    {
        for (int id = 1; id < internalKms.Roots.Current.Number; id++)
        {
            SecretBytes key = await OpenAsync(settings, id).ConfigureAwait(false);
            await settings.SetAsync(SettingOf(id), internalKms.Seal(key.Span, ContextOf(id))).ConfigureAwait(false);
        }
    }

    /// <summary>The key of a number; this object keeps and zeroes it.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="id">The number.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="TenantEncryptionException"><c>EVENT_LOG_ALTERED</c>: there is no such key. <c>WRONG_KEY</c>: what is kept of it does not open.</exception>
    public async Task<SecretBytes> OpenAsync(ISettingsTable settings, int id)
    {
        if (FindOpened(id) is { } known)
        {
            return known;
        }

        SecretBytes key = internalKms.Roots.Find(id) is { } root ? Derive(root) : await OpenSealedAsync(settings, id).ConfigureAwait(false);
        lock (_opened)
        {
            if (!_opened.TryAdd(id, key))
            {
                key.Dispose();
            }

            return _opened[id];
        }
    }

    /// <summary>The key of a number when it was opened before; else <see langword="null"/>.</summary>
    public SecretBytes? FindOpened(int id)
    {
        lock (_opened)
        {
            return _opened.GetValueOrDefault(id);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SecretBytes key in _opened.Values)
        {
            key.Dispose();
        }
    }

    private static string SettingOf(int id) => $"log-key-{id.ToString(CultureInfo.InvariantCulture)}";

    private SecretBytes Derive(RootKey root)
    {
        var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, root.Material.Span, key.Span, Encoding.UTF8.GetBytes(storeId), Label);
        return key;
    }

    private async Task<SecretBytes> OpenSealedAsync(ISettingsTable settings, int id)
    {
        byte[] sealedKey = await settings.GetAsync(SettingOf(id)).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.EventLogAltered, $"The event log's key {id} is missing from the store.");
        return await internalKms.OpenAsync(sealedKey, ContextOf(id), CancellationToken.None).ConfigureAwait(false);
    }

    private Dictionary<string, string> ContextOf(int id) => new()
    {
        ["StoreId"] = storeId,
        ["LogKey"] = id.ToString(CultureInfo.InvariantCulture),
    };
}
