using Newtonsoft.Json.Linq;
using TenantEncryption.Events;
using TenantEncryption.Platforms;
using TenantEncryption.Stores;

namespace TenantEncryption.Anchors;

/// <summary>What the store's own chain tells of anchors that went outside. It spares calls and shows a lag; that they are there, only a look there proves.</summary>
internal static class AnchorPublications
{
    // Of the newest events, so many: those of each place, where there are several, lie beside each other.
    private const int Newest = 64;

    private static readonly string Type = $"{PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!.EventPrefix}.{EventTypes.AnchorPublished}";

    /// <summary>The details of the event that tells of an anchor in a bucket.</summary>
    public static JObject OfBucket(long number, string place) => new() { ["number"] = number, ["address"] = place };

    /// <summary>The same of one in CloudTrail.</summary>
    public static JObject OfKey(long number, string keyArn) => new() { ["number"] = number, ["keyArn"] = keyArn };

    /// <summary>The last anchor that went to each place, with the time.</summary>
    public static async Task<IReadOnlyDictionary<string, (long Number, DateTimeOffset Time)>> ListAsync(IStoreTransaction transaction)
    {
        var last = new Dictionary<string, (long Number, DateTimeOffset Time)>(StringComparer.Ordinal);
        foreach (StoredEvent stored in await transaction.Events.ListAsync(new EventFilter { Types = [Type], Newest = Newest }, null, Newest).ConfigureAwait(false))
        {
            EncryptionEvent told = EventText.Read(stored);
            if (stored.Chain == StoredEvent.StoreChain
                && told.Data.GetValueOrDefault("number") is long number
                && (told.Data.GetValueOrDefault("address") ?? told.Data.GetValueOrDefault("keyArn")) is string place
                && (!last.TryGetValue(place, out (long Number, DateTimeOffset Time) before) || before.Number < number))
            {
                last[place] = (number, told.Time);
            }
        }

        return last;
    }

    /// <summary>The last anchor that went to a place; <see langword="null"/> for none.</summary>
    public static async Task<long?> FindAsync(IStoreTransaction transaction, string place) =>
        (await ListAsync(transaction).ConfigureAwait(false)).TryGetValue(place, out (long Number, DateTimeOffset Time) last) ? last.Number : null;
}
