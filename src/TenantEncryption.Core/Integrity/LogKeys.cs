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
internal sealed class LogKeys : IDisposable
{
    private readonly RootKeys _roots;
    private readonly InternalKms _internalKms;
    private readonly Dictionary<int, SecretBytes> _opened = [];
    private readonly List<SecretBytes> _replaced = [];

    /// <summary>Derives and opens the log keys of a store. They open nothing of a tenant's, so they stay when the lease of the root keys is over: what happens then is put on record, too.</summary>
    public LogKeys(RootKeys roots, InternalKms internalKms)
    {
        (_roots, _internalKms) = (roots, internalKms);
        roots.OnLearned += Learn;
        roots.Put(roots.Held);
    }

    private static ReadOnlySpan<byte> Label => "TenantEncryption log key v1"u8;

    /// <summary>The number of the key that begins new chains.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <returns>The number.</returns>
    /// <exception cref="OutsideTransactionException">Another process rotated the root, and the new one is to be asked for.</exception>
    public async ValueTask<int> CurrentAsync(ISettingsTable settings)
    {
        await _roots.RefreshAsync(settings).ConfigureAwait(false);
        return _roots.Names.Current.Number;
    }

    /// <summary>Whether a key still signs: its root is the store's. Two do while the root is being rotated.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="id">The key's number.</param>
    /// <returns>Whether it does.</returns>
    /// <exception cref="OutsideTransactionException">Another process rotated the root, and the new one is to be asked for.</exception>
    public async ValueTask<bool> SignsAsync(ISettingsTable settings, int id)
    {
        await _roots.RefreshAsync(settings).ConfigureAwait(false);
        return _roots.Names.Has(id);
    }

    /// <summary>Seals the keys of the roots before the current one under it, so that they go on to verify what they signed.</summary>
    /// <param name="settings">The store's settings, in a write transaction.</param>
    /// <param name="current">The current root key.</param>
    /// <returns>When they are sealed.</returns>
    public async Task SealEarlierAsync(ISettingsTable settings, RootKey current)
    {
        for (int id = 1; id < current.Number; id++)
        {
            SecretBytes key = await OpenAsync(settings, id).ConfigureAwait(false);
            await settings.SetAsync(SettingOf(id), _internalKms.Seal(current, key.Span, ContextOf(id))).ConfigureAwait(false);
        }
    }

    /// <summary>The key of a number; this object keeps and zeroes it.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="id">The number.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="TenantEncryptionException"><c>EVENT_LOG_ALTERED</c>: there is no such key. <c>WRONG_KEY</c>: what is kept of it does not open.</exception>
    /// <exception cref="OutsideTransactionException">The root key that opens it is to be asked for.</exception>
    public async Task<SecretBytes> OpenAsync(ISettingsTable settings, int id)
    {
        if (FindOpened(id) is { } known)
        {
            return known;
        }

        byte[] sealedKey = await settings.GetAsync(SettingOf(id)).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.EventLogAltered, $"The event log's key {id} is missing from the store.");
        using RootUse? use = _roots.TryUse();
        return use is not null && use.Roots.Find(InternalKms.RootIdOf(sealedKey)) is not null
            ? Keep(id, _internalKms.Open(use.Roots, sealedKey, ContextOf(id)))
            : throw new OutsideTransactionException(
                "an earlier key of the event log.",
                async cancellationToken => Keep(id, await _internalKms.OpenAsync(sealedKey, ContextOf(id), cancellationToken).ConfigureAwait(false)));
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
        foreach (SecretBytes key in _opened.Values.Concat(_replaced))
        {
            key.Dispose();
        }
    }

    private static string SettingOf(int id) => $"log-key-{id.ToString(CultureInfo.InvariantCulture)}";

    // A root of the same number may be another one: that of a rotation that came to nothing.
    private void Learn(RootKeySet roots)
    {
        foreach (RootKey root in roots.Keys)
        {
            SecretBytes key = Derive(root);
            lock (_opened)
            {
                if (_opened.TryGetValue(root.Number, out SecretBytes? known) && !CryptographicOperations.FixedTimeEquals(known.Span, key.Span))
                {
                    _replaced.Add(known);
                    _opened[root.Number] = key;
                    continue;
                }
            }

            Keep(root.Number, key);
        }
    }

    private SecretBytes Keep(int id, SecretBytes key)
    {
        lock (_opened)
        {
            if (!_opened.TryAdd(id, key))
            {
                key.Dispose();
            }

            return _opened[id];
        }
    }

    private SecretBytes Derive(RootKey root)
    {
        var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, root.Material.Span, key.Span, Encoding.UTF8.GetBytes(_roots.StoreId), Label);
        return key;
    }

    private Dictionary<string, string> ContextOf(int id) => new()
    {
        ["StoreId"] = _roots.StoreId,
        ["LogKey"] = id.ToString(CultureInfo.InvariantCulture),
    };
}
