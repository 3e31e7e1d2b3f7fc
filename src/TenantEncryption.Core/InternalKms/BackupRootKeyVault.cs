using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>A backup of root keys in the place of the vault that is lost. It opens what it has, and keeps nothing: moving the root key puts it elsewhere.</summary>
internal sealed class BackupRootKeyVault(byte[] sealedKeys, string storeId, SecretBytes passphrase) : IRootKeyVault
{
    /// <inheritdoc/>
    public RootKeyProtection Protection => RootKeyProtection.Passphrase;

    /// <inheritdoc/>
    public bool IsInStore => false;

    /// <inheritdoc/>
    public IRootKeyVault? For(RootKeyProtection protection) => this;

    /// <inheritdoc/>
    public string PlaceOf(string storeId) => "the backup of it";

    /// <inheritdoc/>
    Task<RootKeySet?> IRootKeyVault.OpenAsync(string id, byte[]? kept, IKmsChannel kms, CancellationToken cancellationToken) => id == storeId
        ? Task.FromResult<RootKeySet?>(PassphraseSeal.Open(sealedKeys, storeId, passphrase, AesGcmFactory.Instance))
        : throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, $"The backup has the root key of the store {storeId}; this is the store {id}.");

    /// <inheritdoc/>
    Task<byte[]?> IRootKeyVault.SealAsync(string id, RootKeySet keys, IKmsChannel kms, CancellationToken cancellationToken) =>
        throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A backup keeps no new root key.", remedy: "Say where the root key is kept from now on (RootKeyService.MoveAsync).");
}
