using FsCheck;
using FsCheck.Fluent;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Abstractions.Tests.Kms;

public sealed class KeyIdentifierTests
{
    private const string Uuid = "1234abcd-12ab-34cd-56ef-1234567890ab";
    private const string Mrk = "mrk-1234abcd12ab34cd56ef1234567890ab";

    [Theory]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, "aws", "eu-west-1")]
    [InlineData("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/" + Uuid, "aws-us-gov", "us-gov-west-1")]
    [InlineData("arn:aws-cn:kms:cn-north-1:111122223333:key/" + Uuid, "aws-cn", "cn-north-1")]
    [InlineData("arn:aws:kms:ap-southeast-7:111122223333:key/" + Uuid, "aws", "ap-southeast-7")]
    public void A_key_arn_is_taken_apart(string text, string partition, string region)
    {
        var identifier = KeyIdentifier.Parse(text);

        Assert.Equal(KeyIdentifierForm.KeyArn, identifier.Form);
        Assert.Equal(
            (partition, region, "111122223333", "key/" + Uuid, Uuid, null, false),
            (identifier.Partition, identifier.Region, identifier.AccountId, identifier.Resource, identifier.KeyId,
                identifier.AliasName, identifier.IsMultiRegion));
        Assert.Equal(text, identifier.ToString());
    }

    [Fact]
    public void An_alias_arn_keeps_the_slashes_of_its_name()
    {
        var identifier = KeyIdentifier.Parse("arn:aws:kms:us-east-1:111122223333:alias/team/app_1-key");

        Assert.Equal(KeyIdentifierForm.AliasArn, identifier.Form);
        Assert.Equal("alias/team/app_1-key", identifier.AliasName);
        Assert.Null(identifier.KeyId);
    }

    [Theory]
    [InlineData(Uuid, KeyIdentifierForm.KeyId, false)]
    [InlineData(Mrk, KeyIdentifierForm.KeyId, true)]
    [InlineData("alias/name", KeyIdentifierForm.AliasName, false)]
    [InlineData("alias/awsome", KeyIdentifierForm.AliasName, false)]
    public void A_bare_form_has_no_account_or_region(string text, KeyIdentifierForm form, bool multiRegion)
    {
        var identifier = KeyIdentifier.Parse(text);

        Assert.Equal((form, multiRegion), (identifier.Form, identifier.IsMultiRegion));
        Assert.Equal((null, null, null), (identifier.Partition, identifier.Region, identifier.AccountId));
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("ARN:aws:kms:eu-west-1:111122223333:key/" + Uuid, "its prefix is 'ARN'")]
    [InlineData(" arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, "its prefix is ' arn'")]
    [InlineData("arn", "its key id 'arn'")]
    [InlineData("arn:", "its service is missing")]
    [InlineData("arn:aws:kms:eu-west-1", "its account is missing")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333", "its resource is missing")]
    [InlineData("arn:aws-iso:kms:us-iso-east-1:111122223333:key/" + Uuid, "its partition is 'aws-iso'")]
    [InlineData("arn:aws:s3:eu-west-1:111122223333:key/" + Uuid, "its service is 's3'")]
    [InlineData("arn:aws:kms::111122223333:key/" + Uuid, "its region ''")]
    [InlineData("arn:aws:kms:eu_west_1:111122223333:key/" + Uuid, "its region 'eu_west_1'")]
    [InlineData("arn:aws:kms:eu-west-1.evil.example:111122223333:key/" + Uuid, "its region")]
    [InlineData("arn:aws:kms:us-gov-west-1:111122223333:key/" + Uuid, "is in the partition aws-us-gov, not aws")]
    [InlineData("arn:aws-cn:kms:eu-west-1:111122223333:key/" + Uuid, "is in the partition aws, not aws-cn")]
    [InlineData("arn:aws:kms:us-iso-east-1:111122223333:key/" + Uuid, "is in the partition aws-iso, not aws")]
    [InlineData("arn:aws:kms:eu-west-1:11112222333:key/" + Uuid, "its account '11112222333' is not 12 digits")]
    [InlineData("arn:aws:kms:eu-west-1:11112222333a:key/" + Uuid, "its account")]
    [InlineData("arn:aws:kms:eu-west-1:١١١١٢٢٢٢٣٣٣٣:key/" + Uuid, "its account")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:grant/" + Uuid, "its resource type is 'grant'")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:" + Uuid, "its resource type")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key", "its resource type")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/", "its key id ''")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid + "\n", "its key id")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid + ":1", "its key id")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/1234ABCD-12ab-34cd-56ef-1234567890ab", "its key id")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd", "its key id 'mrk-1234abcd'")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/", "its alias name is empty")]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/a b", "its alias name 'alias/a b' has a character")]
    [InlineData("alias/name:x", "its alias name")]
    [InlineData("alias/nämé", "its alias name")]
    [InlineData("alias/aws/s3", "reserved")]
    [InlineData("1234abcd-12ab-34cd-56ef", "its key id")]
    public void A_malformed_identifier_is_refused_and_its_part_named(string text, string part)
    {
        var error = Assert.Throws<TenantEncryptionException>(() => KeyIdentifier.Parse(text));

        Assert.Equal(ErrorCodes.InvalidArn, error.Code);
        Assert.Contains(part, error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("arn:aws-us-gov:kms:us-gov-east-1:111122223333:alias/app", "aws-us-gov")]
    [InlineData("arn:aws-cn:kms:cn-northwest-1:111122223333:alias/app", "aws-cn")]
    [InlineData("arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/" + Mrk, "aws-us-gov")]
    [InlineData("arn:aws-cn:kms:cn-northwest-1:111122223333:key/" + Mrk, "aws-cn")]
    public void Every_form_of_ARN_is_taken_in_every_partition(string text, string partition)
    {
        var identifier = KeyIdentifier.Parse(text);

        Assert.Equal((partition, text.Contains("key/mrk-", StringComparison.Ordinal)), (identifier.Partition, identifier.IsMultiRegion));
        Assert.Equal(partition, KeyIdentifier.PartitionOf(identifier.Region!));
    }

    [Fact]
    public void An_ARN_is_made_of_its_parts_and_nothing_else()
    {
        (string Partition, string Region)[] places =
            [("aws", "eu-west-1"), ("aws", "ap-southeast-4"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")];
        Gen<string> resources = Gen.OneOf(
            Gen.Elements(Uuid, Mrk).Select(id => $"key/{id}"),
            Gen.Elements("abcXYZ019_-/".ToCharArray()).NonEmptyListOf().Select(name => $"alias/x{string.Concat(name.Take(200))}"));
        Gen<long> accounts = Gen.Choose(0, 999_999).Two().Select(halves => (halves.Item1 * 1_000_000L) + halves.Item2);
        Check.QuickThrowOnFailure(Prop.ForAll(
            Arb.From(from place in Gen.Elements(places) from account in accounts from resource in resources select (place, account, resource)),
            parts =>
            {
                string text = $"arn:{parts.place.Partition}:kms:{parts.place.Region}:{parts.account:D12}:{parts.resource}";
                var identifier = KeyIdentifier.Parse(text);
                Assert.Equal(
                    (parts.place.Partition, parts.place.Region, $"{parts.account:D12}", parts.resource, text),
                    (identifier.Partition, identifier.Region, identifier.AccountId, identifier.Resource, identifier.ToString()));
            }));
    }

    [Fact]
    public void A_fingerprint_names_a_key_without_its_ARN()
    {
        var identifier = KeyIdentifier.Parse("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid);

        // echo -n <arn> | sha256sum
        Assert.Equal("da89cca8b044157717690d55bbe4ca76b899515ae3a3de7255417809ab7d9f46", identifier.Fingerprint);
    }

    [Fact]
    public void A_multi_Region_key_has_the_same_id_in_another_region_of_its_partition()
    {
        var identifier = KeyIdentifier.Parse("arn:aws:kms:eu-west-1:111122223333:key/" + Mrk);

        Assert.Equal("arn:aws:kms:eu-west-3:111122223333:key/" + Mrk, identifier.InRegion("eu-west-3").ToString());
        Assert.Equal(ErrorCodes.InvalidArn, Assert.Throws<TenantEncryptionException>(() => identifier.InRegion("us-gov-west-1")).Code);
        Assert.Throws<InvalidOperationException>(() => KeyIdentifier.Parse(Mrk).InRegion("eu-west-3"));
        Assert.Throws<InvalidOperationException>(() => KeyIdentifier.Parse("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid).InRegion("eu-west-3"));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void An_alias_name_has_at_most_256_characters(int length, bool wellFormed) =>
        Assert.Equal(wellFormed, KeyIdentifier.TryParse("alias/" + new string('a', length - 6), out _, out _));

    [Fact]
    public void An_overlong_identifier_is_refused_without_repeating_it()
    {
        var error = Assert.Throws<TenantEncryptionException>(() => KeyIdentifier.Parse(new string('a', 1 << 20)));

        Assert.Contains("its length is", error.Detail, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000);
    }

    [Theory]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Mrk, "arn:aws:kms:us-east-1:111122223333:key/" + Mrk, true)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Mrk, "arn:aws:kms:us-east-1:999988887777:key/" + Mrk, false)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Mrk, "arn:aws-cn:kms:cn-north-1:111122223333:key/" + Mrk, false)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, "arn:aws:kms:us-east-1:111122223333:key/" + Uuid, false)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, "arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, true)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Uuid, Uuid, false)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:key/" + Mrk, Mrk, false)]
    [InlineData("arn:aws:kms:eu-west-1:111122223333:alias/a", "arn:aws:kms:us-east-1:111122223333:alias/a", false)]
    [InlineData("alias/a", "alias/a", true)]
    [InlineData("alias/a", "alias/A", false)]
    public void Only_equal_identifiers_and_regions_of_one_multi_region_key_are_related(string one, string other, bool related)
    {
        Assert.Equal(related, KeyIdentifier.Parse(one).IsRelatedTo(KeyIdentifier.Parse(other)));
        Assert.Equal(related, KeyIdentifier.Parse(other).IsRelatedTo(KeyIdentifier.Parse(one)));
    }
}
