using System.Globalization;
using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Stores;

namespace TenantEncryption.Integrity;

/// <summary>
/// The keys that authenticate the event log and, by a key derived from them, the registrations of providers: 32 random bytes each, sealed by the internal KMS in the store's settings. Rotating the root begins a new
/// one, so that who learned an old root can't forge later records; the old ones, sealed again, verify what they authenticated.
/// </summary>
internal sealed class LogKeys(InternalKms internalKms, string storeId) : IDisposable
{
    private const string CurrentSetting = "log-key-current";
    private readonly Dictionary<int, SecretBytes> _opened = [];

    /// <summary>The id of the key that authenticates new records.</summary>
    public static async Task<int> CurrentIdAsync(ISettingsTable settings)
    {
        byte[]? current = await settings.GetAsync(CurrentSetting).ConfigureAwait(false);
        return current is null ? 0 : int.Parse(Encoding.ASCII.GetString(current), CultureInfo.InvariantCulture);
    }

    /// <summary>Makes the next key and has it authenticate from now on.</summary>
    public async Task BeginNextAsync(ISettingsTable settings)
    {
        int next = await CurrentIdAsync(settings).ConfigureAwait(false) + 1;
        using SecretBytes key = SecretBytes.Random(32);
        await settings.SetAsync(SettingOf(next), internalKms.Seal(key.Span, ContextOf(next))).ConfigureAwait(false);
        await settings.SetAsync(CurrentSetting, Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
    }

    /// <summary>Seals every key again, under the current root.</summary>
    public async Task SealAgainAsync(ISettingsTable settings)
    {
        int current = await CurrentIdAsync(settings).ConfigureAwait(false);
        for (int id = 1; id <= current; id++)
        {
            SecretBytes key = await OpenAsync(settings, id).ConfigureAwait(false);
            await settings.SetAsync(SettingOf(id), internalKms.Seal(key.Span, ContextOf(id))).ConfigureAwait(false);
        }
    }

    /// <summary>The key of an id; this object keeps and zeroes it.</summary>
    /// <exception cref="TenantEncryptionException"><c>EVENT_LOG_ALTERED</c>: there is no such key.</exception>
    public async Task<SecretBytes> OpenAsync(ISettingsTable settings, int id)
    {
        if (FindOpened(id) is { } known)
        {
            return known;
        }

        byte[] sealedKey = await settings.GetAsync(SettingOf(id)).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.EventLogAltered, $"The event log's key {id} is missing from the store.");
        SecretBytes key = await internalKms.OpenAsync(sealedKey, ContextOf(id), CancellationToken.None).ConfigureAwait(false);
        lock (_opened)
        {
            if (!_opened.TryAdd(id, key))
            {
                key.Dispose();
            }

            return _opened[id];
        }
    }

    /// <summary>The key of an id when it was opened before; else <see langword="null"/>.</summary>
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

    private Dictionary<string, string> ContextOf(int id) => new()
    {
        ["StoreId"] = storeId,
        ["LogKey"] = id.ToString(CultureInfo.InvariantCulture),
    };
}
