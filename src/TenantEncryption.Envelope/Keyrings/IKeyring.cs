using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// Where a reader asks for a data key. It decides which encrypted data keys it may try at all; the reader asks for one at a time,
/// in the order of the header, and stops at the first that unwraps. Messages that are read side by side, as the files of a command are, ask
/// <b>from several threads at once</b>. <c>docs/keyrings.md</c> has an example.
/// </summary>
public interface IKeyring
{
    /// <summary>Unwraps a data key.</summary>
    /// <param name="encryptedDataKey">The one to unwrap.</param>
    /// <param name="header">The message's header, not authenticated yet.</param>
    /// <param name="context">The stored pairs and the required ones together: what the wrap authenticates.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// The data key, which the reader disposes; <see langword="null"/> if it is not this keyring's or did not unwrap, in which case
    /// the next one is tried. An exception ends the read of this message and of no other: a <see cref="TenantEncryptionException"/> with its own
    /// code, and in a <c>DataSession</c> of the product any other one as KEYRING_FAILED.
    /// </returns>
    ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey,
        MessageHeader header,
        EncryptionContext context,
        CancellationToken cancellationToken);
}
