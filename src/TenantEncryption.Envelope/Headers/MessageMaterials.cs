using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>
/// What one message is written with: a fresh data key, the same key wrapped, and the context that the wraps authenticate. It serves
/// one message only: a second header under one data key would reveal the GCM authentication key.
/// </summary>
public sealed class MessageMaterials : IDisposable
{
    private int _used;

    /// <summary>Makes materials and takes the data key over.</summary>
    /// <param name="dataKey">32 random bytes that no other message has; disposed with the materials.</param>
    /// <param name="encryptedDataKeys">The data key as wrapped: one to 32.</param>
    /// <param name="context">The context to store, exactly the one that the wraps authenticate.</param>
    /// <exception cref="TenantEncryptionException">
    /// INVALID_INPUT: the data key has another length, or there are no or too many wraps. CONTEXT_MISMATCH: the context has a key
    /// that begins with <c>aws-crypto-</c>.
    /// </exception>
    public MessageMaterials(SecretBytes dataKey, IReadOnlyList<EncryptedDataKey> encryptedDataKeys, EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(dataKey);
        ArgumentNullException.ThrowIfNull(encryptedDataKeys);
        ArgumentNullException.ThrowIfNull(context);
        if (dataKey.Length != AlgorithmSuite.Aes256GcmHkdfSha512CommitKey.KeyLength)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"A data key has 32 bytes; the one given has {dataKey.Length}.");
        }

        if (encryptedDataKeys.Count is 0 || encryptedDataKeys.Count > MessageLimits.Default.MaxEncryptedDataKeys)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"A message has 1 to {MessageLimits.Default.MaxEncryptedDataKeys} encrypted data keys; {encryptedDataKeys.Count} were given.");
        }

        if (context.HasReservedKey)
        {
            throw new TenantEncryptionException(
                ErrorCodes.ContextMismatch, "Keys of the encryption context that begin with 'aws-crypto-' are reserved by the message format.");
        }

        DataKey = dataKey;
        EncryptedDataKeys = encryptedDataKeys;
        Context = context;
    }

    /// <summary>The plaintext data key, 32 bytes.</summary>
    public SecretBytes DataKey { get; }

    /// <summary>The data key as wrapped.</summary>
    public IReadOnlyList<EncryptedDataKey> EncryptedDataKeys { get; }

    /// <summary>The encryption context.</summary>
    public EncryptionContext Context { get; }

    /// <summary>The id of the message that they write, which is known before anything of it is: 32 random bytes. Who made one before sets it.</summary>
    internal ReadOnlyMemory<byte> MessageId { get; set; } = NewMessageId();

    /// <summary>An id for a message: 32 random bytes.</summary>
    internal static byte[] NewMessageId() => RandomNumberGenerator.GetBytes(HeaderWriter.MessageIdLength);

    /// <summary>Zeroes the data key.</summary>
    public void Dispose() => DataKey.Dispose();

    /// <summary>Marks the materials as used.</summary>
    /// <exception cref="InvalidOperationException">They were used before.</exception>
    internal void Claim()
    {
        if (Interlocked.Exchange(ref _used, 1) != 0)
        {
            throw new InvalidOperationException("These materials have written a message already; a data key serves one message only.");
        }
    }
}
