using Newtonsoft.Json.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Stores;

namespace TenantEncryption.Events;

/// <summary>
/// The anchors as the store's own chain tells them. An anchor's event follows the head of that chain which the anchor covers, so that it is found by it.
/// </summary>
internal static class AnchorEvents
{
    private const string SourcePrefix = "urn:tenantencryption:store:";

    /// <summary>The source of a store's events.</summary>
    public static string SourceOf(string storeId) => SourcePrefix + storeId;

    /// <summary>The details of an anchor's event.</summary>
    public static JObject DataOf(long number, long chains, string root, string? previous) =>
        new() { ["number"] = number, ["chains"] = chains, ["root"] = root, ["previous"] = previous };

    /// <summary>The anchor that an event tells of, or <see langword="null"/> when it tells of none.</summary>
    public static Anchor? Read(EncryptionEvent told) =>
        told.Type.EndsWith("." + EventTypes.AnchorMade, StringComparison.Ordinal) && told.Source.StartsWith(SourcePrefix, StringComparison.Ordinal)
            && told.Data is IReadOnlyDictionary<string, object?> data
            && data.GetValueOrDefault("number") is long number && data.GetValueOrDefault("chains") is long chains && data.GetValueOrDefault("root") is string root
                ? new Anchor
                {
                    StoreId = told.Source[SourcePrefix.Length..],
                    Number = number,
                    Time = told.Time,
                    Chains = chains,
                    Root = root,
                    Previous = data.GetValueOrDefault("previous") as string,
                }
                : null;

    /// <summary>The same of an event as it is stored.</summary>
    public static Anchor? Read(StoredEvent stored) => Read(EventText.Read(stored));

    /// <summary>The anchor of a number as the store tells it, or <see langword="null"/>. Whether its event verifies is not looked at.</summary>
    public static async Task<Anchor?> FindAsync(IStoreTransaction transaction, long number) =>
        await transaction.Anchors.FindAsync(StoredEvent.StoreChain, number).ConfigureAwait(false) is { } head && head.Anchor == number
            && await transaction.Events.FindAsync(StoredEvent.StoreChain, head.Sequence + 1).ConfigureAwait(false) is { } stored
            && Read(stored) is { } anchor && anchor.Number == number
            ? anchor
            : null;

    /// <summary>The number of the event of an anchor; beyond all when nothing tells of the anchor.</summary>
    public static async Task<long> FindSequenceAsync(IStoreTransaction transaction, long number) =>
        await transaction.Anchors.FindAsync(StoredEvent.StoreChain, number).ConfigureAwait(false) is { } head && head.Anchor == number ? head.Sequence + 1 : long.MaxValue;

    /// <summary>The last anchor that the store tells, with the number of its event; <see langword="null"/> when there is none.</summary>
    public static async Task<(Anchor Anchor, StoredEvent Event)?> FindLastAsync(IStoreTransaction transaction) =>
        await transaction.Events.FindLastAsync(StoredEvent.StoreChain, EventTypes.AnchorMade).ConfigureAwait(false) is { } stored && Read(stored) is { } anchor
            ? (anchor, stored)
            : null;
}
