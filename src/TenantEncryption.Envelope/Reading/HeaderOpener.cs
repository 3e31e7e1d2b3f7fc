using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// From a parsed header to an authenticated one (client-apis/decrypt.md): the policy, the context, the data key, the commitment and
/// the header's tag, in this order.
/// </summary>
internal sealed class HeaderOpener
{
    private readonly MessageHeader _header;
    private readonly EncryptionContext _notStored;
    private readonly EncryptionContext _whole;

    private HeaderOpener(MessageHeader header, EncryptionContext notStored, EncryptionContext whole)
    {
        _header = header;
        _notStored = notStored;
        _whole = whole;
    }

    /// <summary>Checks what can be checked before a key is asked for.</summary>
    /// <param name="header">The parsed header.</param>
    /// <param name="options">The reader's options.</param>
    /// <returns>The next step.</returns>
    /// <exception cref="TenantEncryptionException">NOT_COMMITTING or CONTEXT_MISMATCH.</exception>
    public static HeaderOpener Check(MessageHeader header, MessageReaderOptions options)
    {
        if (!header.Suite.IsCommitting && !options.AllowNonCommitting)
        {
            throw new TenantEncryptionException(
                ErrorCodes.NotCommitting, $"The message was written without key commitment, by the suite {header.Suite}.");
        }

        if (options.RequiredEncryptionContext.Count == 0)
        {
            return new HeaderOpener(header, EncryptionContext.Empty, header.Context);
        }

        var notStored = new List<KeyValuePair<string, string>>();
        foreach (KeyValuePair<string, string> pair in options.RequiredEncryptionContext)
        {
            if (!header.Context.TryGetValue(pair.Key, out string? stored))
            {
                notStored.Add(pair);
            }
            else if (!string.Equals(stored, pair.Value, StringComparison.Ordinal))
            {
                throw new TenantEncryptionException(
                    ErrorCodes.ContextMismatch,
                    $"The message's encryption context has '{pair.Key}' = '{stored}', but '{pair.Value}' is required.");
            }
        }

        var notStoredContext = new EncryptionContext(notStored);
        return new HeaderOpener(header, notStoredContext, header.Context.With(notStoredContext));
    }

    /// <summary>Asks the keyring for the data key, one encrypted data key at a time.</summary>
    /// <param name="keyring">Whom to ask.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The data key, which the caller disposes.</returns>
    /// <exception cref="TenantEncryptionException">WRONG_KEY, CONTEXT_MISMATCH or MESSAGE_ALTERED.</exception>
    public async ValueTask<SecretBytes> UnwrapAsync(IKeyring keyring, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _header.EncryptedDataKeys.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SecretBytes? dataKey = await keyring
                .UnwrapAsync(_header.EncryptedDataKeys[i], _header, _whole, cancellationToken)
                .ConfigureAwait(false);
            if (dataKey is null)
            {
                continue;
            }

            if (dataKey.Length == _header.Suite.KeyLength)
            {
                return dataKey;
            }

            dataKey.Dispose();
            throw Frames.Altered("the length of its data key does not fit its suite");
        }

        throw _notStored.Count == 0
            ? new TenantEncryptionException(
                ErrorCodes.WrongKey,
                "None of the keys that may be tried opens the message. If its writer bound it to pairs that it does not store, they must be given, too.")
            : new TenantEncryptionException(
                ErrorCodes.ContextMismatch,
                $"None of the keys opens the message together with the required pairs that it does not store ({string.Join(", ", _notStored.Keys)}).");
    }

    /// <summary>Derives the key, compares the commitment in constant time and verifies the header's tag.</summary>
    /// <param name="dataKey">The data key.</param>
    /// <param name="factory">Makes the AEAD objects.</param>
    /// <param name="aeads">Receives AEAD objects under the derived key, one for each thread; none when this throws.</param>
    /// <exception cref="TenantEncryptionException">COMMITMENT_MISMATCH, or MESSAGE_ALTERED for the tag.</exception>
    public void Authenticate(ReadOnlySpan<byte> dataKey, IAeadFactory factory, Span<IAead> aeads)
    {
        AlgorithmSuite suite = _header.Suite;
        Span<byte> commitment = stackalloc byte[32];
        commitment = commitment[..suite.CommitmentLength];
        using (var derivedKey = new SecretBytes(suite.KeyLength))
        {
            KeyDerivation.Derive(suite, _header.MessageId.Span, dataKey, derivedKey.Span, commitment);
            if (!CryptographicOperations.FixedTimeEquals(commitment, _header.Commitment.Span))
            {
                throw new TenantEncryptionException(ErrorCodes.CommitmentMismatch);
            }

            AeadSet.Fill(aeads, factory, derivedKey.Span);
        }

        bool verified = false;
        try
        {
            verified = aeads[0].TryDecrypt(_header.Iv.Span, default, _header.Tag.Span, default, AssociatedData());
        }
        finally
        {
            if (!verified)
            {
                AeadSet.Dispose(aeads);
            }
        }

        if (!verified)
        {
            throw Frames.Altered("the tag of its header does not verify");
        }
    }

    private ReadOnlySpan<byte> AssociatedData() =>
        _notStored.Count == 0 ? _header.Body.Span : (byte[])[.. _header.Body.Span, .. _notStored.Serialized.Span];
}
