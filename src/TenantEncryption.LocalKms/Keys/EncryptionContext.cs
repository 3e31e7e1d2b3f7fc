using System.Buffers.Binary;
using System.Text;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>
/// The bytes that bind a ciphertext to its encryption context: the number of pairs, then each key and value with its length
/// before it, sorted by the UTF-8 bytes of the key. No two different contexts have the same bytes.
/// </summary>
internal static class EncryptionContext
{
    public static byte[] Encode(IReadOnlyDictionary<string, string> context)
    {
        if (context.Count == 0)
        {
            return [];
        }

        var pairs = new List<(byte[] Key, byte[] Value)>(context.Count);
        int size = sizeof(int);
        foreach ((string key, string value) in context)
        {
            (byte[] Key, byte[] Value) pair = (Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
            pairs.Add(pair);
            size += (2 * sizeof(int)) + pair.Key.Length + pair.Value.Length;
        }

        pairs.Sort(static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));

        byte[] encoded = new byte[size];
        Span<byte> rest = encoded;
        BinaryPrimitives.WriteInt32BigEndian(rest, pairs.Count);
        rest = rest[sizeof(int)..];
        foreach ((byte[] key, byte[] value) in pairs)
        {
            rest = Append(Append(rest, key), value);
        }

        return encoded;
    }

    private static Span<byte> Append(Span<byte> target, byte[] part)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, part.Length);
        part.CopyTo(target[sizeof(int)..]);
        return target[(sizeof(int) + part.Length)..];
    }
}
