using System.Security.Cryptography;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Integrity;

namespace TenantEncryption.Keys;

/// <summary>
/// Seals a key-encryption key under its provider's share, and opens it:
/// <code>
/// W      = HKDF-SHA-512(ikm = share ‖ internal share, salt, info = "TenantEncryption KEK wrap v1" ‖ fields(TenantId, KekId, ProviderId, KeyArn)), 32 bytes
/// sealed = AES-256-GCM(W, iv, KEK, aad = fields(TenantId, KekId, ProviderId, KeyArn, context, sealed share, second layer, salt, iv))
/// </code>
/// where each field is preceded by its length (32-bit big-endian). HKDF is RFC 5869; the salt is fresh for every record, so each W seals once.
/// For the sealed form of the internal share the AAD has only whether there is one: the share itself is in W, and its sealed form changes
/// with the root key, which must rotate without asking every customer's KMS.
/// </summary>
internal static class KeyRecordCipher
{
    /// <summary>The length of a key-encryption key and of a share, in bytes.</summary>
    public const int KeyLength = 32;

    private const int TagLength = 16;
    private const int IvLength = 12;

    private static ReadOnlySpan<byte> WrapLabel => "TenantEncryption KEK wrap v1"u8;

    /// <summary>Seals a key.</summary>
    /// <param name="kek">32 bytes.</param>
    /// <param name="share">The provider's share, 32 bytes.</param>
    /// <param name="internalShare">The internal KMS's share of a second layer, 32 bytes or empty.</param>
    /// <param name="draft">The record's fields; salt, IV and sealed key are made here.</param>
    /// <param name="aeadFactory">The AEAD; <see langword="null"/> for the platform's AES-GCM.</param>
    /// <returns>The complete record.</returns>
    public static KeyRecord Seal(
        ReadOnlySpan<byte> kek, ReadOnlySpan<byte> share, ReadOnlySpan<byte> internalShare, KeyRecord draft, IAeadFactory? aeadFactory = null)
    {
        KeyRecord record = draft with
        {
            Salt = RandomNumberGenerator.GetBytes(KeyLength),
            Iv = RandomNumberGenerator.GetBytes(IvLength),
            SealedKek = new byte[KeyLength + TagLength],
        };
        using SecretBytes wrappingKey = DeriveWrappingKey(record, share, internalShare);
        using IAead aead = (aeadFactory ?? AesGcmFactory.Instance).Create(wrappingKey.Span);
        Span<byte> output = record.SealedKek;
        aead.Encrypt(record.Iv, kek, output[..KeyLength], output[KeyLength..], AssociatedData(record));
        return record;
    }

    /// <summary>Opens a key.</summary>
    /// <param name="record">The record.</param>
    /// <param name="share">The provider's share, 32 bytes.</param>
    /// <param name="internalShare">The internal KMS's share of a second layer, or empty.</param>
    /// <param name="aeadFactory">The AEAD; <see langword="null"/> for the platform's AES-GCM.</param>
    /// <returns>The key, 32 bytes; the caller disposes it.</returns>
    /// <exception cref="TenantEncryptionException"><c>WRONG_KEY</c>: the record was altered, or belongs to another tenant, key, provider or ARN.</exception>
    public static SecretBytes Open(
        KeyRecord record, ReadOnlySpan<byte> share, ReadOnlySpan<byte> internalShare, IAeadFactory? aeadFactory = null)
    {
        if (record.SealedKek.Length == KeyLength + TagLength && record.Iv.Length == IvLength)
        {
            using SecretBytes wrappingKey = DeriveWrappingKey(record, share, internalShare);
            using IAead aead = (aeadFactory ?? AesGcmFactory.Instance).Create(wrappingKey.Span);
            ReadOnlySpan<byte> sealedKek = record.SealedKek;
            var kek = new SecretBytes(KeyLength);
            if (aead.TryDecrypt(record.Iv, sealedKek[..KeyLength], sealedKek[KeyLength..], kek.Span, AssociatedData(record)))
            {
                return kek;
            }

            kek.Dispose();
        }

        throw new TenantEncryptionException(
            ErrorCodes.WrongKey,
            $"The record of key {record.KekId} does not open: it was altered, or it is not this tenant's, provider's or master key's.")
        { KeyArn = record.KeyArn };
    }

    private static SecretBytes DeriveWrappingKey(KeyRecord record, ReadOnlySpan<byte> share, ReadOnlySpan<byte> internalShare)
    {
        ReadOnlySpan<byte> info = new LengthPrefixed().Label(WrapLabel)
            .Add(record.TenantId).Add(record.KekId).Add(record.ProviderId).Add(record.KeyArn).Bytes;
        using var inputKey = new SecretBytes(share.Length + internalShare.Length);
        share.CopyTo(inputKey.Span);
        internalShare.CopyTo(inputKey.Span[share.Length..]);
        var wrappingKey = new SecretBytes(KeyLength);
        HKDF.DeriveKey(HashAlgorithmName.SHA512, inputKey.Span, wrappingKey.Span, record.Salt, info);
        return wrappingKey;
    }

    private static ReadOnlySpan<byte> AssociatedData(KeyRecord record) =>
        new LengthPrefixed()
            .Add(record.TenantId).Add(record.KekId).Add(record.ProviderId).Add(record.KeyArn)
            .Add(new EncryptionContext(record.EncryptionContext).Serialized.Span)
            .Add(record.SealedShare).Add(record.SealedInternalShare.Length > 0 ? "internal" : "").Add(record.Salt).Add(record.Iv)
            .Bytes;
}
