using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Keys.Root;

/// <summary>
/// Root keys sealed with AES-256-GCM under a data key of a KMS key, which seals them alone:
/// <c>version 1 ‖ ARN length (16-bit big-endian) ‖ ARN ‖ length of the wrapped data key (16-bit big-endian) ‖ wrapped data key ‖ IV 12 ‖ ciphertext ‖ tag 16</c>.
/// A label, the store's id and all before the IV are authenticated, so that what was sealed for one store, under one key, serves nothing else.
/// </summary>
internal sealed class KmsRootKeySeal
{
    private const int IvLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _blob;
    private readonly int _headerLength;

    private KmsRootKeySeal(byte[] blob, int headerLength, string keyArn, ReadOnlyMemory<byte> wrappedKey) =>
        (_blob, _headerLength, KeyArn, WrappedKey) = (blob, headerLength, keyArn, wrappedKey);

    /// <summary>The ARN of the KMS key.</summary>
    public string KeyArn { get; }

    /// <summary>The data key as KMS wrapped it.</summary>
    public ReadOnlyMemory<byte> WrappedKey { get; }

    private static ReadOnlySpan<byte> Label => "TenantEncryption root key under a KMS key v1"u8;

    /// <summary>Seals root keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="storeId">The id of their store.</param>
    /// <param name="keyArn">The ARN of the KMS key.</param>
    /// <param name="dataKey">Its data key, which seals nothing else.</param>
    /// <param name="aeadFactory">The AEAD.</param>
    public static byte[] Seal(RootKeySet keys, string storeId, string keyArn, KmsDataKey dataKey, IAeadFactory aeadFactory)
    {
        byte[] arn = Encoding.UTF8.GetBytes(keyArn);
        int headerLength = 1 + 2 + arn.Length + 2 + dataKey.CiphertextBlob.Length;
        using SecretBytes plaintext = keys.Serialize();
        byte[] blob = new byte[headerLength + IvLength + plaintext.Length + TagLength];
        blob[0] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(blob.AsSpan(1), checked((ushort)arn.Length));
        arn.CopyTo(blob, 3);
        BinaryPrimitives.WriteUInt16BigEndian(blob.AsSpan(3 + arn.Length), checked((ushort)dataKey.CiphertextBlob.Length));
        dataKey.CiphertextBlob.CopyTo(blob, 5 + arn.Length);
        RandomNumberGenerator.Fill(blob.AsSpan(headerLength, IvLength));
        using IAead aead = aeadFactory.Create(dataKey.Plaintext.Span);
        aead.Encrypt(
            blob.AsSpan(headerLength, IvLength),
            plaintext.Span,
            blob.AsSpan(headerLength + IvLength, plaintext.Length),
            blob.AsSpan(blob.Length - TagLength),
            AssociatedData(blob.AsSpan(0, headerLength), storeId));
        return blob;
    }

    /// <summary>Reads what says by which key it opens; nothing of it is proven yet.</summary>
    /// <param name="blob">What was sealed.</param>
    /// <returns>The seal; <see langword="null"/> when it is none.</returns>
    public static KmsRootKeySeal? Find(byte[] blob)
    {
        if (blob.Length < 3 || blob[0] != 1)
        {
            return null;
        }

        int arnLength = BinaryPrimitives.ReadUInt16BigEndian(blob.AsSpan(1));
        if (blob.Length < 5 + arnLength)
        {
            return null;
        }

        int keyLength = BinaryPrimitives.ReadUInt16BigEndian(blob.AsSpan(3 + arnLength));
        int headerLength = 5 + arnLength + keyLength;
        return blob.Length > headerLength + IvLength + TagLength
            ? new KmsRootKeySeal(blob, headerLength, Encoding.UTF8.GetString(blob, 3, arnLength), blob.AsMemory(5 + arnLength, keyLength))
            : null;
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="TenantEncryptionException"><c>ROOT_KEY_MISMATCH</c>: it was altered, or is another store's.</exception>
    public RootKeySet Open(string storeId, ReadOnlySpan<byte> dataKey, IAeadFactory aeadFactory)
    {
        using var plaintext = new SecretBytes(_blob.Length - _headerLength - IvLength - TagLength);
        using IAead aead = aeadFactory.Create(dataKey);
        bool opened = aead.TryDecrypt(
            _blob.AsSpan(_headerLength, IvLength),
            _blob.AsSpan(_headerLength + IvLength, plaintext.Length),
            _blob.AsSpan(_blob.Length - TagLength),
            plaintext.Span,
            AssociatedData(_blob.AsSpan(0, _headerLength), storeId));
        return opened
            ? RootKeySet.Parse(plaintext.Span)
            : throw new TenantEncryptionException(ErrorCodes.RootKeyMismatch, "The sealed root key in the store does not open: it was altered, or is another store's.");
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> header, string storeId) => [.. Label, .. Encoding.UTF8.GetBytes(storeId), .. header];
}
