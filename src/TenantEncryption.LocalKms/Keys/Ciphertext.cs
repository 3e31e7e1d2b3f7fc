using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>
/// A CiphertextBlob: a version byte, the key id with its length, the id of the key material, a 96-bit IV, the AES-256-GCM
/// ciphertext and its tag. All before the IV and the encryption context are authenticated. The region is not part of it, so
/// that the replicas of a multi-Region key open each other's.
/// </summary>
internal sealed class Ciphertext
{
    private const byte Version = 1;
    private const int IvSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _blob;
    private readonly int _headerSize;

    private Ciphertext(byte[] blob, int headerSize, string keyId, string materialId)
    {
        _blob = blob;
        _headerSize = headerSize;
        KeyId = keyId;
        MaterialId = materialId;
    }

    /// <summary>The id of the key that made it.</summary>
    public string KeyId { get; }

    /// <summary>The version of the key material that made it.</summary>
    public string MaterialId { get; }

    /// <summary>Encrypts under the key's current material.</summary>
    public static byte[] Seal(KmsKey key, ReadOnlySpan<byte> plaintext, IReadOnlyDictionary<string, string> context)
    {
        KeyMaterial material = key.CurrentMaterial;
        int headerSize = 2 + key.KeyId.Length + KeyMaterial.IdSize;
        byte[] blob = new byte[headerSize + IvSize + plaintext.Length + TagSize];
        blob[0] = Version;
        blob[1] = (byte)key.KeyId.Length;
        Encoding.ASCII.GetBytes(key.KeyId, blob.AsSpan(2));
        Convert.FromHexString(material.Id, blob.AsSpan(2 + key.KeyId.Length, KeyMaterial.IdSize), out _, out _);

        Span<byte> iv = blob.AsSpan(headerSize, IvSize);
        RandomNumberGenerator.Fill(iv);
        Span<byte> body = blob.AsSpan(headerSize + IvSize);
        using AesGcm cipher = material.CreateCipher();
        byte[] associated = AssociatedData(blob.AsSpan(0, headerSize), context);
        cipher.Encrypt(iv, plaintext, body[..plaintext.Length], body[plaintext.Length..], associated);
        return blob;
    }

    /// <summary>Reads which key made a blob, or <see langword="null"/> where it is no ciphertext of this service.</summary>
    public static Ciphertext? Parse(byte[] blob)
    {
        if (blob.Length < 2 || blob[0] != Version)
        {
            return null;
        }

        int headerSize = 2 + blob[1] + KeyMaterial.IdSize;
        return blob.Length < headerSize + IvSize + TagSize
            ? null
            : new Ciphertext(
                blob,
                headerSize,
                Encoding.ASCII.GetString(blob, 2, blob[1]),
                Convert.ToHexStringLower(blob, 2 + blob[1], KeyMaterial.IdSize));
    }

    /// <summary>The plaintext, or <see langword="null"/> where the blob or the context is not what was encrypted.</summary>
    public byte[]? Open(KmsKey key, IReadOnlyDictionary<string, string> context)
    {
        KeyMaterial? material = key.Materials.FirstOrDefault(version => version.Id == MaterialId);
        if (material is null)
        {
            return null;
        }

        ReadOnlySpan<byte> body = _blob.AsSpan(_headerSize + IvSize);
        byte[] plaintext = new byte[body.Length - TagSize];
        using AesGcm cipher = material.CreateCipher();
        try
        {
            cipher.Decrypt(
                _blob.AsSpan(_headerSize, IvSize),
                body[..plaintext.Length],
                body[plaintext.Length..],
                plaintext,
                AssociatedData(_blob.AsSpan(0, _headerSize), context));
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] AssociatedData(ReadOnlySpan<byte> header, IReadOnlyDictionary<string, string> context)
    {
        byte[] encoded = EncryptionContext.Encode(context);
        byte[] data = new byte[header.Length + encoded.Length];
        header.CopyTo(data);
        encoded.CopyTo(data, header.Length);
        return data;
    }
}
