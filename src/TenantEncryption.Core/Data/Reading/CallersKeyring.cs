using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Data.Reading;

/// <summary>
/// A keyring that the caller brings. What goes wrong in it is the keyring's failure, and not the storage's or this software's: an HSM that can't be
/// reached may throw anything.
/// </summary>
internal sealed class CallersKeyring(IKeyring keyring) : IKeyring
{
    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException"><c>KEYRING_FAILED</c>, or what the keyring itself threw of this kind.</exception>
    public async ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await keyring.UnwrapAsync(encryptedDataKey, header, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsOfTheRead(exception, cancellationToken))
        {
            throw new TenantEncryptionException(
                ErrorCodes.KeyringFailed, $"The keyring {keyring.GetType().Name} failed: {exception.Message} ({exception.GetType().Name})", exception);
        }
    }

    // HttpClient tells of its own time limit by the exception of a cancelled task, which the read's caller did not ask for.
    private static bool IsOfTheRead(Exception exception, CancellationToken cancellationToken) =>
        exception is TenantEncryptionException || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested);
}
