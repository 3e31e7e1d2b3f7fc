using TenantEncryption.Prices;

namespace TenantEncryption.Tests.Prices;

public sealed class KmsPricesTests
{
    private const string Dublin = "eu-west-1";

    [Fact]
    public void A_million_calls_cost_three_dollars_by_list() =>
        Assert.Equal((3m, "USD"), (KmsPrices.OfCalls(1_000_000, [Dublin])!.Amount, KmsPrices.OfCalls(1, [Dublin])!.Currency));

    [Fact]
    public void A_month_of_a_key_and_its_replica_costs_two_dollars() => Assert.Equal(2m, KmsPrices.OfMonth([Dublin, "eu-central-1"])!.Amount);

    [Theory]
    [InlineData("us-gov-west-1")]
    [InlineData("cn-north-1")]
    public void Where_a_price_is_not_known_none_is_told(string region)
    {
        Assert.Null(KmsPrices.OfCalls(1_000_000, [Dublin, region]));
        Assert.Null(KmsPrices.OfMonth([region]));
    }

    [Fact]
    public void Without_a_call_nothing_is_charged() => Assert.Equal("free", KmsPrices.OfCalls(0, [])!.ToString());

    [Theory]
    [InlineData(1, "less than $0.01 at AWS's list prices of 2026-03-14")]
    [InlineData(3_334, "$0.01 at AWS's list prices of 2026-03-14")]
    [InlineData(1_000_000_000, "$3,000.00 at AWS's list prices of 2026-03-14")]
    public void An_amount_is_told_in_dollars_with_the_day_of_the_prices(long calls, string text) => Assert.Equal(text, KmsPrices.OfCalls(calls, [Dublin])!.ToString());
}
