using TenantEncryption.Stores;

namespace TenantEncryption.Keys.Root;

/// <summary>Keeps the root keys of stores. What it keeps is useless to who has only the database.</summary>
public interface IRootKeyVault
{
    /// <summary>How it keeps them.</summary>
    RootKeyProtection Protection { get; }

    /// <summary>Whether it keeps them in the store itself, so that saving is part of the store's transaction.</summary>
    bool IsInStore { get; }

    /// <summary>The vault for a store whose root keys are kept in some way, which the store tells: this one, or one that needs nothing more than it has.</summary>
    /// <param name="protection">How they are kept.</param>
    /// <returns>The vault; <see langword="null"/> where more is needed, or another thing.</returns>
    IRootKeyVault? For(RootKeyProtection protection);

    /// <summary>Where it keeps those of a store, in words that follow "in": <c>the file …</c> or <c>the store itself</c>.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <returns>The place.</returns>
    string PlaceOf(string storeId);

    /// <summary>Reads the root keys of a store.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <param name="settings">The store's settings, for what is kept sealed in the store.</param>
    /// <returns>The keys, or <see langword="null"/> when there are none.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_EXPOSED</c>, <c>ROOT_KEY_MISMATCH</c>, <c>PASSPHRASE_REQUIRED</c>.</exception>
    internal Task<RootKeySet?> LoadAsync(string storeId, ISettingsTable settings);

    /// <summary>Keeps the root keys of a store in the place of those before, durably.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="settings">The store's settings, of a write transaction.</param>
    /// <returns>When they are durable (or will be with the transaction).</returns>
    internal Task SaveAsync(string storeId, RootKeySet keys, ISettingsTable settings);
}
