using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>Gives a store its identity and root key when it is new, and finds them again later. An existing store never gets a new root key.</summary>
internal static class RootKeyLoader
{
    private const string StoreIdSetting = "store-id";
    private const string RootIdSetting = "root-id";
    private const string ProtectionSetting = "root-protection";

    /// <summary>Finds the root key of an existing store.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="vault">Where a new store's root key would be kept; of one that is there, the store tells how.</param>
    /// <returns>The root; <see langword="null"/> for a store that is new.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISSING</c>, <c>ROOT_KEY_MISMATCH</c>, <c>PASSPHRASE_REQUIRED</c>, or the vault's.</exception>
    public static async Task<StoreRoot?> LoadAsync(ISettingsTable settings, IRootKeyVault vault)
    {
        if (await GetAsync(settings, StoreIdSetting).ConfigureAwait(false) is not { } storeId)
        {
            return null;
        }

        // It names files.
        if (!Guid.TryParseExact(storeId, "N", out Guid _))
        {
            throw new TenantEncryptionException(ErrorCodes.StoreAltered, "The store's id is none.");
        }

        IRootKeyVault keeper = await KeeperAsync(settings, vault).ConfigureAwait(false);
        RootKeySet keys = await keeper.LoadAsync(storeId, settings).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(ErrorCodes.RootKeyMissing, $"The root key of the store {storeId} is not in {keeper.PlaceOf(storeId)}, where it is kept.");
        string? rootId = await CurrentIdAsync(settings).ConfigureAwait(false);
        if (keys.Keys.FirstOrDefault(key => key.Id == rootId) is not { } current)
        {
            keys.Dispose();
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"The store {storeId} needs root key {rootId}, which is not at hand.");
        }

        // A rotation that is under way has two keys in the vault; so has one that was cut short before the store knew of it. The store says which one is
        // current; the older one opens and signs nothing any more once the vault forgets it.
        return new StoreRoot(storeId, new RootKeySet([current, .. keys.Keys.Where(key => key != current)]), keeper);
    }

    /// <summary>The id of the root key that the store needs; <see langword="null"/> for a store that is new.</summary>
    public static async Task<string?> CurrentIdAsync(ISettingsTable settings) => (await MarkAsync(settings).ConfigureAwait(false))?.Split(':')[0];

    /// <summary>What the store says of its root keys, as <see cref="RootKeySet.Mark"/> has it; <see langword="null"/> for a store that is new.</summary>
    public static Task<string?> MarkAsync(ISettingsTable settings) => GetAsync(settings, RootIdSetting);

    /// <summary>Refuses a record whose internal share was sealed under a root that another process rotated away meanwhile.</summary>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>.</exception>
    public static async Task RefuseStaleAsync(ISettingsTable settings, KeyRecord record)
    {
        byte[] share = ShareOf(record);
        if (share.Length > 0 && InternalKms.RootIdOf(share) != await CurrentIdAsync(settings).ConfigureAwait(false))
        {
            throw new TenantEncryptionException(ErrorCodes.LeaseLost, "The root key of the internal KMS was rotated while a key was sealed under it.");
        }
    }

    /// <summary>The share of a record that the internal KMS sealed; empty when it has no part in it.</summary>
    public static byte[] ShareOf(KeyRecord record) => record.KeyArn == InternalKms.KeyArn ? record.SealedShare : record.SealedInternalShare;

    /// <summary>Gives a new store its id and root key, in a write transaction.</summary>
    public static async Task<StoreRoot> CreateAsync(ISettingsTable settings, IRootKeyVault vault)
    {
        string storeId = Guid.NewGuid().ToString("N");
        var keys = new RootKeySet(RootKey.Create());
        await vault.SaveAsync(storeId, keys, settings).ConfigureAwait(false);
        await SetAsync(settings, StoreIdSetting, storeId).ConfigureAwait(false);
        await SetAsync(settings, ProtectionSetting, vault.Protection.ToString()).ConfigureAwait(false);
        await NoteAsync(settings, keys).ConfigureAwait(false);
        return new StoreRoot(storeId, keys, vault);
    }

    /// <summary>Notes in the store which root keys it needs, so that other processes load them.</summary>
    public static Task NoteAsync(ISettingsTable settings, RootKeySet keys) => SetAsync(settings, RootIdSetting, keys.Mark);

    private static async Task<IRootKeyVault> KeeperAsync(ISettingsTable settings, IRootKeyVault vault)
    {
        string? kept = await GetAsync(settings, ProtectionSetting).ConfigureAwait(false);
        IRootKeyVault? keeper = Enum.TryParse(kept, out RootKeyProtection protection) ? vault.For(protection) : null;
        return keeper ?? throw (protection == RootKeyProtection.Passphrase
            ? new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The root key of this store is kept under a passphrase.")
            : new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"The root key of this store is kept as {kept}, not as {vault.Protection}."));
    }

    private static async Task<string?> GetAsync(ISettingsTable settings, string name) =>
        await settings.GetAsync(name).ConfigureAwait(false) is { } value ? Encoding.UTF8.GetString(value) : null;

    private static Task SetAsync(ISettingsTable settings, string name, string value) => settings.SetAsync(name, Encoding.UTF8.GetBytes(value));
}
