using TenantEncryption.Errors;
using TenantEncryption.Tenants;

namespace TenantEncryption.Abstractions.Tests.Identifiers;

public sealed class TenantIdRuleTests
{
    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("Ünïcode-é")]
    [InlineData("日本語")]
    [InlineData("clef-\U0001D11E")]
    [InlineData("a/b\\c:d'e\"f")]
    [InlineData("kp-looks-like-a-provider")]
    public void An_ordinary_id_is_taken_as_it_is(string id) => Assert.Same(id, TenantIdRule.Check(id));

    [Fact]
    public void The_longest_id_has_256_characters()
    {
        Assert.Equal(256, TenantIdRule.Check(new string('x', 256)).Length);
        AssertRefused(new string('x', 257), "257 characters");
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\u007f", "U+007F")]
    [InlineData("a\u0085", "U+0085")]
    [InlineData("a*", "'*' at position 2")]
    [InlineData("?", "'?' at position 1")]
    [InlineData("e\u0301", "normalization form C")]
    public void An_id_that_could_be_read_in_two_ways_is_refused(string? id, string why) => AssertRefused(id, why);

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        AssertRefused("a\ud834", "half a surrogate pair");
        AssertRefused("a\udd1eb", "half a surrogate pair");
        AssertRefused("\ud834x", "half a surrogate pair");
    }

    private static void AssertRefused(string? id, string why)
    {
        var refusal = Assert.Throws<TenantEncryptionException>(() => TenantIdRule.Check(id));
        Assert.Equal(ErrorCodes.InvalidInput, refusal.Code);
        Assert.Contains(why, refusal.Detail, StringComparison.Ordinal);
    }
}
