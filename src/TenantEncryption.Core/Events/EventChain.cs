using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Integrity;

namespace TenantEncryption.Events;

/// <summary>
/// The keyed chain of events: <c>MAC(n) = HMAC-SHA-256(log key, MAC(n−1) ‖ n ‖ log key id ‖ text)</c>, numbers big-endian (64 and 32 bits);
/// MAC(0) = SHA-256 of a label and the chain's name. A record can't be changed, removed, inserted, reordered or moved to another chain without the log key.
/// </summary>
internal static class EventChain
{
    private static ReadOnlySpan<byte> Label => "TenantEncryption event chain v1"u8;

    /// <summary>What the first record of a chain follows.</summary>
    public static byte[] Start(string chain) => SHA256.HashData(new LengthPrefixed().Label(Label).Add(chain).Bytes);

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

    /// <summary>Whether a record is the one that follows a MAC.</summary>
    public static bool Verify(ReadOnlySpan<byte> logKey, ReadOnlySpan<byte> previousMac, StoredEvent stored) => CryptographicOperations.FixedTimeEquals(
        Authenticate(logKey, previousMac, stored.Sequence, stored.LogKeyId, stored.Json), stored.Mac);
}
