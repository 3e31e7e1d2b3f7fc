using System.Text;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>Gives a store its identity and root key when it is new, and finds them again later. An existing store never gets a new root key.</summary>
internal static class RootKeyLoader
{
    private const string StoreIdSetting = "store-id";
    private const string RootIdSetting = "root-id";
    private const string ProtectionSetting = "root-protection";
    private const string KeptSetting = "root-key";

    /// <summary>Reads what a store says of its root keys.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <returns>What it says; <see langword="null"/> for a store that is new.</returns>
    /// <exception cref="TenantEncryptionException"><c>STORE_ALTERED</c>.</exception>
    public static async Task<RootNotes?> ReadAsync(ISettingsTable settings)
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

        return new RootNotes(
            storeId,
            await MarkAsync(settings).ConfigureAwait(false),
            await GetAsync(settings, ProtectionSetting).ConfigureAwait(false),
            await settings.GetAsync(KeptSetting).ConfigureAwait(false));
    }

    /// <summary>Finds the root keys of a store, while no transaction is open.</summary>
    /// <param name="notes">What the store says of them.</param>
    /// <param name="vault">Where a new store's root key would be kept; of one that is there, the store tells how.</param>
    /// <param name="kms">The way to a KMS.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The root.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISSING</c>, <c>ROOT_KEY_MISMATCH</c>, <c>PASSPHRASE_REQUIRED</c>, or the vault's.</exception>
    public static async Task<StoreRoot> OpenAsync(RootNotes notes, IRootKeyVault vault, IKmsChannel kms, CancellationToken cancellationToken)
    {
        IRootKeyVault keeper = KeeperOf(notes, vault);
        RootKeySet keys = await keeper.OpenAsync(notes.StoreId, notes.Kept, kms, cancellationToken).ConfigureAwait(false)
            ?? throw new TenantEncryptionException(
                ErrorCodes.RootKeyMissing, $"The root key of the store {notes.StoreId} is not in {keeper.PlaceOf(notes.StoreId)}, where it is kept.");
        if (keys.Keys.FirstOrDefault(key => key.Id == notes.CurrentId) is not { } current)
        {
            keys.Dispose();
            throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"The store {notes.StoreId} needs root key {notes.CurrentId}, which is not at hand.");
        }

        // A rotation that is under way has two keys in the vault; so has one that was cut short before the store knew of it. The store says which one is
        // current; the older one opens and signs nothing any more once the vault forgets it.
        return new StoreRoot(notes.StoreId, new RootKeySet([current, .. keys.Keys.Where(key => key != current)]), notes.Mark!, keeper);
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

    /// <summary>Gives a new store its id, in a write transaction; its root keys follow with <see cref="KeepAsync"/>.</summary>
    public static Task NameAsync(ISettingsTable settings, string storeId) => SetAsync(settings, StoreIdSetting, storeId);

    /// <summary>Keeps root keys in the place of those before, and notes that the store needs them, so that other processes load them; in a write transaction.</summary>
    /// <param name="settings">The store's settings.</param>
    /// <param name="storeId">The store's id.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="sealedKeys">What the vault sealed of them for the store to keep.</param>
    /// <param name="vault">Where they are kept.</param>
    /// <returns>When they are durable (or will be with the transaction).</returns>
    public static async Task KeepAsync(ISettingsTable settings, string storeId, RootKeySet keys, byte[]? sealedKeys, IRootKeyVault vault)
    {
        // Outside the store they are there before the store needs them.
        vault.Keep(storeId, keys);
        await (sealedKeys is null ? settings.RemoveAsync(KeptSetting) : settings.SetAsync(KeptSetting, sealedKeys)).ConfigureAwait(false);
        await SetAsync(settings, ProtectionSetting, vault.Protection.ToString()).ConfigureAwait(false);
        await SetAsync(settings, RootIdSetting, keys.Mark).ConfigureAwait(false);
    }

    private static IRootKeyVault KeeperOf(RootNotes notes, IRootKeyVault vault)
    {
        IRootKeyVault? keeper = Enum.TryParse(notes.Protection, out RootKeyProtection protection) ? vault.For(protection) : null;
        return keeper ?? throw (protection switch
        {
            RootKeyProtection.Passphrase => new TenantEncryptionException(ErrorCodes.PassphraseRequired, "The root key of this store is kept under a passphrase."),
            RootKeyProtection.Kms => new TenantEncryptionException(
                ErrorCodes.RootKeyMismatch,
                $"The root key of this store is kept in it, sealed under the KMS key {(notes.Kept is null ? null : KmsRootKeySeal.Find(notes.Kept)?.KeyArn)}, and not as {vault.Protection}.",
                remedy: "Open the store with the ARN of that key, if it is the platform's (KmsRootKeyVault.KeyArn)."),
            _ when vault.Protection == RootKeyProtection.Kms => new TenantEncryptionException(
                ErrorCodes.RootKeyMismatch,
                $"The root key of this store is kept as {notes.Protection}, and not under a KMS key.",
                remedy: "Open the store without the ARN of a KMS key, and put its root key under that key by moving it there (RootKeyService.MoveAsync)."),
            _ => new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"The root key of this store is kept as {notes.Protection}, not as {vault.Protection}."),
        });
    }

    private static async Task<string?> GetAsync(ISettingsTable settings, string name) =>
        await settings.GetAsync(name).ConfigureAwait(false) is { } value ? Encoding.UTF8.GetString(value) : null;

    private static Task SetAsync(ISettingsTable settings, string name, string value) => settings.SetAsync(name, Encoding.UTF8.GetBytes(value));
}
