using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TenantEncryption.Events;

/// <summary>
/// The keyed chain of the event log: <c>MAC(n) = HMAC-SHA-256(log key, MAC(n−1) ‖ n ‖ log key id ‖ text)</c>, numbers big-endian
/// (64 and 32 bits), MAC(0) = 32 zero bytes. A record can't be changed, removed, inserted or reordered without the log key.
/// </summary>
internal static class EventChain
{
    /// <summary>What the first record follows.</summary>
    public static readonly byte[] Start = new byte[HMACSHA256.HashSizeInBytes];

    /// <summary>The MAC of a record.</summary>
    public static byte[] Authenticate(ReadOnlySpan<byte> logKey, ReadOnlySpan<byte> previousMac, long sequence, int logKeyId, string text)
    {
        Span<byte> numbers = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(numbers, sequence);
        BinaryPrimitives.WriteInt32BigEndian(numbers[8..], logKeyId);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, logKey);
        hmac.AppendData(previousMac);
        hmac.AppendData(numbers);
        hmac.AppendData(Encoding.UTF8.GetBytes(text));
        return hmac.GetHashAndReset();
    }
}
