using TenantEncryption.Kms;

namespace TenantEncryption.Prices;

/// <summary>The list prices of AWS KMS (https://aws.amazon.com/kms/pricing/).</summary>
internal static class KmsPrices
{
    /// <summary>The day on which they were looked up.</summary>
    public static readonly DateOnly LookedUp = new(2026, 3, 14);

    /// <summary>A request about a symmetric key, $0.03 for 10,000 in every commercial region; those that manage keys are charged alike.</summary>
    public const decimal Request = 0.03m / 10_000;

    /// <summary>A customer managed key for a month, each replica likewise; versions that rotation makes cost more.</summary>
    public const decimal KeyMonth = 1m;

    private const string Commercial = "aws";

    /// <summary>What calls cost.</summary>
    /// <param name="calls">How many.</param>
    /// <param name="regions">The regions that are asked.</param>
    /// <returns>The cost; <see langword="null"/> where a region is in a partition whose prices this software does not know.</returns>
    public static ListCost? OfCalls(long calls, IEnumerable<string> regions) => Of(calls * Request, regions);

    /// <summary>What it costs for a month that keys exist.</summary>
    /// <param name="regions">The region of each key, replicas among them.</param>
    /// <returns>The cost; <see langword="null"/> as of <see cref="OfCalls"/>.</returns>
    public static ListCost? OfMonth(IReadOnlyCollection<string> regions) => Of(regions.Count * KeyMonth, regions);

    private static ListCost? Of(decimal amount, IEnumerable<string> regions) => regions.Any(region => KeyIdentifier.PartitionOf(region) != Commercial)
        ? null
        : new ListCost { Amount = amount, Currency = "USD", PricesOf = LookedUp };
}
