using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Anchors;

/// <summary>Where anchors lie in a bucket.</summary>
public sealed class AnchorFolderTests
{
    [Theory]
    [InlineData("s3://acme-audit", "s3://acme-audit", "store/")]
    [InlineData("s3://acme-audit/", "s3://acme-audit", "store/")]
    [InlineData("s3://acme-audit/a/b", "s3://acme-audit/a/b", "a/b/store/")]
    [InlineData("s3://acme-audit/a/b//", "s3://acme-audit/a/b", "a/b/store/")]
    public void A_place_is_one_however_it_is_written(string address, string place, string prefix)
    {
        var folder = AnchorFolder.Of(address, "store");

        Assert.Equal((place, "acme-audit", prefix), (folder.Place, folder.Bucket, folder.Prefix));
        Assert.Equal(AnchorFolder.Of(place, "store"), folder);
    }

    [Fact]
    public void Keys_are_in_the_order_of_the_numbers_and_read_back()
    {
        var folder = AnchorFolder.Of("s3://acme-audit/anchors", "store");
        long[] numbers = [1, 2, 9, 10, 99, 100, 123_456_789_012, 999_999_999_999];

        Assert.Equal("anchors/store/000000000001.json", folder.KeyOf(1));
        Assert.Equal(numbers.Select(folder.KeyOf), numbers.Reverse().Select(folder.KeyOf).Order(StringComparer.Ordinal));
        Assert.Equal(numbers, numbers.Select(number => folder.NumberOf(folder.KeyOf(number)) ?? 0));
    }

    [Theory]
    [InlineData("anchors/store/1.json")]
    [InlineData("anchors/store/000000000001.JSON")]
    [InlineData("anchors/store/000000000001.json.old")]
    [InlineData("anchors/store/0000000000001.json")]
    [InlineData("anchors/store/+00000000001.json")]
    [InlineData("anchors/store/.json")]
    [InlineData("anchors/store/")]
    [InlineData("anchors/other/000000000001.json")]
    public void What_is_named_otherwise_is_no_anchor(string key) => Assert.Null(AnchorFolder.Of("s3://acme-audit/anchors", "store").NumberOf(key));

    [Fact]
    public void What_is_no_place_in_a_bucket_is_refused() => Refusal.Is(ErrorCodes.InvalidInput, () => AnchorEvidence.OfBucket("anchors"));
}
