using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Migration;

/// <summary>A keyring that tells why it could not open a data key.</summary>
internal sealed class WatchedKeyring(IKeyring inner, Action<TenantEncryptionException> onFailure) : IKeyring
{
    /// <inheritdoc/>
    public async ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.UnwrapAsync(encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception)
        {
            onFailure(exception);
            throw;
        }
    }
}
