using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Keys;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>The recipe of docs/key-record.md, written again from the page alone: it shares no code with what it checks.</summary>
internal static class KeyRecipe
{
    /// <summary>The key-encryption key of a record, given its provider's share, and the internal KMS's behind it when it has a second layer.</summary>
    public static byte[] Open(KeyRecord record, byte[] share)
    {
        byte[] info = [.. "TenantEncryption KEK wrap v1"u8, .. Fields(record.TenantId, record.KekId, record.ProviderId, record.KeyArn)];
        byte[] wrappingKey = Hkdf(share, record.Salt, info, 32);
        byte[] aad =
        [
            .. Fields(record.TenantId, record.KekId, record.ProviderId, record.KeyArn),
            .. Field(Context(record.EncryptionContext)),
            .. Field(record.SealedShare),
            .. Field(record.SealedInternalShare.Length > 0 ? "internal"u8.ToArray() : []),
            .. Field(record.Salt),
            .. Field(record.Iv),
        ];
        return Decrypt(wrappingKey, record.Iv, record.SealedKek, aad);
    }

    /// <summary>A share of the internal KMS.</summary>
    public static byte[] OpenInternalShare(ReadOnlySpan<byte> root, byte[] sealedShare, IReadOnlyDictionary<string, string> context)
    {
        byte[] key = Hkdf(root.ToArray(), [], "TenantEncryption internal KMS v1"u8.ToArray(), 32);
        return Decrypt(key, sealedShare[17..29], sealedShare[29..], [.. sealedShare[..17], .. Context(context)]);
    }

    /// <summary>The serialized encryption context: count, then key and value of each pair after their lengths, sorted by the keys' UTF-8 bytes.</summary>
    public static byte[] Context(IReadOnlyDictionary<string, string> pairs)
    {
        var bytes = new List<byte>();
        bytes.AddRange(Number16(pairs.Count));
        foreach ((string key, string value) in pairs.OrderBy(pair => Convert.ToHexString(Encoding.UTF8.GetBytes(pair.Key)), StringComparer.Ordinal))
        {
            bytes.AddRange([.. Number16(Encoding.UTF8.GetByteCount(key)), .. Encoding.UTF8.GetBytes(key)]);
            bytes.AddRange([.. Number16(Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)]);
        }

        return [.. bytes];
    }

    // RFC 5869 §2.2 and §2.3, by hand.
    public static byte[] Hkdf(byte[] inputKey, byte[] salt, byte[] info, int length)
    {
        byte[] pseudorandomKey = HMACSHA512.HashData(salt.Length == 0 ? new byte[64] : salt, inputKey);
        byte[] block = [];
        var output = new List<byte>();
        for (byte counter = 1; output.Count < length; counter++)
        {
            block = HMACSHA512.HashData(pseudorandomKey, (byte[])[.. block, .. info, counter]);
            output.AddRange(block);
        }

        return [.. output.Take(length)];
    }

    private static byte[] Decrypt(byte[] key, byte[] iv, byte[] sealedKey, byte[] aad)
    {
        byte[] plaintext = new byte[sealedKey.Length - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(iv, sealedKey.AsSpan(0, plaintext.Length), sealedKey.AsSpan(plaintext.Length), plaintext, aad);
        return plaintext;
    }

    private static byte[] Fields(params string[] fields) => [.. fields.SelectMany(field => Field(Encoding.UTF8.GetBytes(field)))];

    private static byte[] Field(byte[] field)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        return [.. length, .. field];
    }

    private static byte[] Number16(int number) => [(byte)(number >> 8), (byte)number];
}
