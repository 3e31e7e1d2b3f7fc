using System.Globalization;

namespace TenantEncryption.Prices;

/// <summary>What calls of AWS cost at AWS's list prices: without free tier, discount or tax.</summary>
public sealed record ListCost
{
    /// <summary>How much, in <see cref="Currency"/>, unrounded.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The currency, as ISO 4217 has it: <c>USD</c>.</summary>
    public required string Currency { get; init; }

    /// <summary>The day of the prices that this software knows.</summary>
    public required DateOnly PricesOf { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Amount == 0 ? "free" : string.Create(CultureInfo.InvariantCulture, $"{Rounded} at AWS's list prices of {PricesOf:yyyy-MM-dd}");

    private string Rounded => Amount < 0.01m ? "less than $0.01" : string.Create(CultureInfo.InvariantCulture, $"${Amount:N2}");
}
