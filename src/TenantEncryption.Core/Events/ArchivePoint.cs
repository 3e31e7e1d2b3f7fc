using Newtonsoft.Json.Linq;

namespace TenantEncryption.Events;

/// <summary>What an event of a chain tells of the events before it that are in an archive.</summary>
/// <param name="Sequence">The number of the event that tells it.</param>
/// <param name="First">The first event of the archive.</param>
/// <param name="UpTo">The last one.</param>
/// <param name="Mac">The MAC of the last one, which the first event in the store follows.</param>
/// <param name="LogKeyId">The log key that signed it.</param>
/// <param name="Hash">SHA-256 of the archive's file, in lower-case hexadecimal.</param>
internal sealed record ArchivePoint(long Sequence, long First, long UpTo, byte[] Mac, int LogKeyId, string Hash)
{
    /// <summary>The details of the event.</summary>
    public static JObject DataOf(long first, long upTo, byte[] mac, int logKeyId, string hash, string file) => new()
    {
        ["first"] = first,
        ["upTo"] = upTo,
        ["count"] = upTo - first + 1,
        ["mac"] = Convert.ToHexStringLower(mac),
        ["logKeyId"] = logKeyId,
        ["sha256"] = hash,
        ["file"] = file,
    };

    /// <summary>What an event tells, or <see langword="null"/> when it tells of no archive. Whether it verifies is not looked at.</summary>
    public static ArchivePoint? Read(StoredEvent stored)
    {
        if (!EventText.TypeOf(stored.Json).EndsWith("." + EventTypes.EventsArchived, StringComparison.Ordinal))
        {
            return null;
        }

        IReadOnlyDictionary<string, object?> data = EventText.Read(stored).Data;
        return data.GetValueOrDefault("first") is long first && data.GetValueOrDefault("upTo") is long upTo && data.GetValueOrDefault("mac") is string { Length: 64 } mac
            && mac.All(char.IsAsciiHexDigit) && data.GetValueOrDefault("logKeyId") is long logKeyId && data.GetValueOrDefault("sha256") is string hash
            ? new ArchivePoint(stored.Sequence, first, upTo, Convert.FromHexString(mac), (int)logKeyId, hash)
            : null;
    }
}
