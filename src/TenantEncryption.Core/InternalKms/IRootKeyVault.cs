using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Keeps the root keys of stores. What it keeps is useless to who has only the database. Root keys are sealed and opened while no transaction is open: that may
/// take long, or ask a KMS.
/// </summary>
public interface IRootKeyVault
{
    /// <summary>How it keeps them.</summary>
    RootKeyProtection Protection { get; }

    /// <summary>Whether it keeps them in the store itself.</summary>
    bool IsInStore { get; }

    /// <summary>The ARN of the key in AWS KMS that seals them; <see langword="null"/> where none does.</summary>
    internal string? MasterKeyArn => null;

    /// <summary>For how long a process may have root keys before it asks for them again; <see langword="null"/> where it need not.</summary>
    internal TimeSpan? Lease => null;

    /// <summary>The vault for a store whose root keys are kept in some way, which the store tells: this one, or one that needs nothing more than it has.</summary>
    /// <param name="protection">How they are kept.</param>
    /// <returns>The vault; <see langword="null"/> where more is needed, or another thing.</returns>
    IRootKeyVault? For(RootKeyProtection protection);

    /// <summary>Where it keeps those of a store, in words that follow "in": <c>the file …</c> or <c>the store itself</c>.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <returns>The place.</returns>
    string PlaceOf(string storeId);

    /// <summary>Opens the root keys of a store. No transaction is open.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <param name="kept">What the store itself keeps of them, where it does.</param>
    /// <param name="kms">The way to a KMS.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The keys, or <see langword="null"/> when there are none.</returns>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_EXPOSED</c>, <c>ROOT_KEY_MISMATCH</c>, <c>PASSPHRASE_REQUIRED</c>, or what a KMS answers.</exception>
    internal Task<RootKeySet?> OpenAsync(string storeId, byte[]? kept, IKmsChannel kms, CancellationToken cancellationToken);

    /// <summary>Seals the root keys of a store, for the store to keep. No transaction is open.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="kms">The way to a KMS.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What the store keeps; <see langword="null"/> where <see cref="Keep"/> keeps them elsewhere.</returns>
    internal Task<byte[]?> SealAsync(string storeId, RootKeySet keys, IKmsChannel kms, CancellationToken cancellationToken);

    /// <summary>Keeps the root keys of a store elsewhere than in it, in the place of those before, durably; in the write transaction that notes them.</summary>
    /// <param name="storeId">The store's id.</param>
    /// <param name="keys">The keys.</param>
    internal void Keep(string storeId, RootKeySet keys)
    {
    }

    /// <summary>Forgets the root keys of a store, as another vault has them now.</summary>
    /// <param name="storeId">The store's id.</param>
    internal void Forget(string storeId)
    {
    }
}
