using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.Envelope;

/// <summary>
/// Wraps and unwraps a data key in the layout of the SDK's raw AES keyring (framework/raw-aes-keyring.md): AES-GCM under the wrapping
/// key, a random 12-byte IV, and the serialized encryption context as AAD.
/// <code>
/// provider info = key name ‖ tag length in bits (4) = 128 ‖ IV length in bytes (4) = 12 ‖ IV (12)
/// ciphertext    = wrapped key ‖ tag (16)
/// </code>
/// </summary>
internal static class RawAesKeyWrap
{
    /// <summary>The provider id (key namespace) of the data keys that a key-encryption key of this product wraps.</summary>
    public const string TenantEncryptionProviderId = "tenant-encryption";

    private const int InfoSuffixLength = 8 + AlgorithmSuite.IvLength;

    /// <summary>Wraps a data key.</summary>
    /// <param name="wrappingKey">16, 24 or 32 bytes.</param>
    /// <param name="providerId">The key namespace.</param>
    /// <param name="keyName">The name of the wrapping key.</param>
    /// <param name="dataKey">The data key.</param>
    /// <param name="context">The message's whole encryption context.</param>
    /// <returns>The encrypted data key.</returns>
    public static EncryptedDataKey Wrap(
        ReadOnlySpan<byte> wrappingKey,
        string providerId,
        string keyName,
        ReadOnlySpan<byte> dataKey,
        EncryptionContext context)
    {
        using IAead aead = AesGcmFactory.Instance.Create(wrappingKey);
        return Wrap(aead, providerId, keyName, dataKey, context);
    }

    /// <summary>As the other, with an AEAD object of the wrapping key that the caller keeps for many wraps.</summary>
    /// <param name="wrappingKey">The AEAD object: a <see cref="SharedAead"/> where several threads wrap at once.</param>
    /// <param name="providerId">The key namespace.</param>
    /// <param name="keyName">The name of the wrapping key.</param>
    /// <param name="dataKey">The data key.</param>
    /// <param name="context">The message's whole encryption context.</param>
    /// <returns>The encrypted data key.</returns>
    internal static EncryptedDataKey Wrap(
        IAead wrappingKey,
        string providerId,
        string keyName,
        ReadOnlySpan<byte> dataKey,
        EncryptionContext context)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        ArgumentNullException.ThrowIfNull(context);
        int nameLength = Encoding.UTF8.GetByteCount(keyName);
        int infoLength = nameLength + InfoSuffixLength;
        byte[] bytes = new byte[infoLength + dataKey.Length + AlgorithmSuite.TagLength];
        Span<byte> info = bytes.AsSpan(0, infoLength);
        Encoding.UTF8.GetBytes(keyName, info);
        BinaryPrimitives.WriteUInt32BigEndian(info[nameLength..], AlgorithmSuite.TagLength * 8);
        BinaryPrimitives.WriteUInt32BigEndian(info[(nameLength + 4)..], AlgorithmSuite.IvLength);
        Span<byte> iv = info[(nameLength + 8)..];
        RandomNumberGenerator.Fill(iv);
        wrappingKey.Encrypt(
            iv,
            dataKey,
            bytes.AsSpan(infoLength, dataKey.Length),
            bytes.AsSpan(infoLength + dataKey.Length),
            context.Serialized.Span);
        return new EncryptedDataKey(providerId, bytes.AsMemory(0, infoLength), bytes.AsMemory(infoLength));
    }

    /// <summary>Unwraps a data key, if it was wrapped by that key.</summary>
    /// <param name="wrappingKey">16, 24 or 32 bytes.</param>
    /// <param name="providerId">The key namespace.</param>
    /// <param name="keyName">The name of the wrapping key.</param>
    /// <param name="encryptedDataKey">What to unwrap.</param>
    /// <param name="context">The message's whole encryption context.</param>
    /// <param name="dataKey">Receives the data key; its length is the one that the suite prescribes.</param>
    /// <returns>
    /// <see langword="false"/> if the encrypted data key names another namespace or key, has another layout or length, or its tag
    /// does not verify.
    /// </returns>
    public static bool TryUnwrap(
        ReadOnlySpan<byte> wrappingKey,
        string providerId,
        string keyName,
        EncryptedDataKey encryptedDataKey,
        EncryptionContext context,
        Span<byte> dataKey)
    {
        if (!Names(encryptedDataKey, providerId, keyName))
        {
            return false;
        }

        using IAead aead = AesGcmFactory.Instance.Create(wrappingKey);
        return TryUnwrap(aead, encryptedDataKey, context, dataKey);
    }

    /// <summary>
    /// As the other, with an AEAD object of the wrapping key that the caller keeps for many unwraps, and without looking at the
    /// names: the caller found the key by them.
    /// </summary>
    /// <param name="wrappingKey">The AEAD object: a <see cref="SharedAead"/> where several threads wrap at once.</param>
    /// <param name="encryptedDataKey">What to unwrap.</param>
    /// <param name="context">The message's whole encryption context.</param>
    /// <param name="dataKey">Receives the data key; its length is the one that the suite prescribes.</param>
    /// <returns><see langword="false"/> if it has another layout or length, or its tag does not verify.</returns>
    internal static bool TryUnwrap(
        IAead wrappingKey, EncryptedDataKey encryptedDataKey, EncryptionContext context, Span<byte> dataKey)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        ArgumentNullException.ThrowIfNull(encryptedDataKey);
        ArgumentNullException.ThrowIfNull(context);
        ReadOnlySpan<byte> ciphertext = encryptedDataKey.Ciphertext.Span;
        return HasLayout(encryptedDataKey.ProviderInfo.Span)
            && ciphertext.Length == dataKey.Length + AlgorithmSuite.TagLength
            && wrappingKey.TryDecrypt(
                encryptedDataKey.ProviderInfo.Span[^AlgorithmSuite.IvLength..],
                ciphertext[..dataKey.Length],
                ciphertext[dataKey.Length..],
                dataKey,
                context.Serialized.Span);
    }

    /// <summary>Reads the key name out of the provider info.</summary>
    /// <param name="encryptedDataKey">An encrypted data key of any provider.</param>
    /// <param name="keyName">The name, when it has one.</param>
    /// <returns>Whether the provider info has the layout of a raw AES keyring.</returns>
    public static bool TryReadKeyName(EncryptedDataKey encryptedDataKey, [NotNullWhen(true)] out string? keyName)
    {
        ArgumentNullException.ThrowIfNull(encryptedDataKey);
        ReadOnlySpan<byte> info = encryptedDataKey.ProviderInfo.Span;
        keyName = HasLayout(info) ? Encoding.UTF8.GetString(info[..^InfoSuffixLength]) : null;
        return keyName is not null;
    }

    /// <summary>Whether an encrypted data key names a key, without making a string.</summary>
    /// <param name="encryptedDataKey">An encrypted data key of any provider.</param>
    /// <param name="providerId">The key namespace.</param>
    /// <param name="keyName">The name of the wrapping key.</param>
    /// <returns><see langword="true"/> if it does, byte for byte.</returns>
    public static bool Names(EncryptedDataKey encryptedDataKey, string providerId, string keyName)
    {
        ArgumentNullException.ThrowIfNull(encryptedDataKey);
        ArgumentNullException.ThrowIfNull(keyName);
        ReadOnlySpan<byte> info = encryptedDataKey.ProviderInfo.Span;
        if (!string.Equals(encryptedDataKey.ProviderId, providerId, StringComparison.Ordinal) || !HasLayout(info))
        {
            return false;
        }

        ReadOnlySpan<byte> name = info[..^InfoSuffixLength];
        if (name.Length > 256)
        {
            return name.SequenceEqual(Encoding.UTF8.GetBytes(keyName));
        }

        Span<byte> expected = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(keyName, expected, out int length) && name.SequenceEqual(expected[..length]);
    }

    private static bool HasLayout(ReadOnlySpan<byte> info) =>
        info.Length >= InfoSuffixLength
        && BinaryPrimitives.ReadUInt32BigEndian(info[^InfoSuffixLength..]) == AlgorithmSuite.TagLength * 8
        && BinaryPrimitives.ReadUInt32BigEndian(info[^(4 + AlgorithmSuite.IvLength)..]) == AlgorithmSuite.IvLength;
}
