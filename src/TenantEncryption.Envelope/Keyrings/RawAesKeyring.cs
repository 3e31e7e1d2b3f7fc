using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Envelope;

/// <summary>A keyring of one raw AES key that the user gives: namespace, name and 16, 24 or 32 bytes.</summary>
public sealed class RawAesKeyring : IKeyring, IDisposable
{
    private readonly SecretBytes _wrappingKey;

    /// <summary>Makes a keyring.</summary>
    /// <param name="keyNamespace">The key namespace: the provider id of the data keys it unwraps.</param>
    /// <param name="keyName">The key name.</param>
    /// <param name="wrappingKey">16, 24 or 32 bytes, copied; the caller zeroes its own.</param>
    /// <exception cref="TenantEncryptionException">INVALID_INPUT: the key has another length.</exception>
    public RawAesKeyring(string keyNamespace, string keyName, ReadOnlySpan<byte> wrappingKey)
    {
        ArgumentNullException.ThrowIfNull(keyNamespace);
        ArgumentNullException.ThrowIfNull(keyName);
        if (wrappingKey.Length is not (16 or 24 or 32))
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"A raw AES key has 16, 24 or 32 bytes; the one given has {wrappingKey.Length}.");
        }

        KeyNamespace = keyNamespace;
        KeyName = keyName;
        _wrappingKey = new SecretBytes(wrappingKey);
    }

    /// <summary>The key namespace.</summary>
    public string KeyNamespace { get; }

    /// <summary>The key name.</summary>
    public string KeyName { get; }

    /// <summary>Makes the data key of a new message.</summary>
    /// <param name="context">The message's encryption context, which the wrap authenticates.</param>
    /// <returns>What one message is written with; the caller disposes it.</returns>
    public MessageMaterials Generate(EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var dataKey = SecretBytes.Random(AlgorithmSuite.Aes256GcmHkdfSha512CommitKey.KeyLength);
        try
        {
            return new MessageMaterials(dataKey, [RawAesKeyWrap.Wrap(_wrappingKey.Span, KeyNamespace, KeyName, dataKey.Span, context)], context);
        }
        catch
        {
            dataKey.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<SecretBytes?> UnwrapAsync(
        EncryptedDataKey encryptedDataKey,
        MessageHeader header,
        EncryptionContext context,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(header);
        var dataKey = new SecretBytes(header.Suite.KeyLength);
        if (RawAesKeyWrap.TryUnwrap(_wrappingKey.Span, KeyNamespace, KeyName, encryptedDataKey, context, dataKey.Span))
        {
            return ValueTask.FromResult<SecretBytes?>(dataKey);
        }

        dataKey.Dispose();
        return ValueTask.FromResult<SecretBytes?>(null);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _wrappingKey.Dispose();
}
