using System.Text;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;

namespace TenantEncryption.KeyPolicies.Tests.Platforms;

/// <summary>A user's own profile: what is right is read, what is wrong is named by its JSON path.</summary>
public sealed class PlatformProfileReaderTests
{
    private const string Good = """
        {
          "$schema": "https://example.com/schema.json",
          "name": "acme-cloud",
          "description": "Acme's own.",
          "partitions": [ "aws" ],
          "regions": [ { "name": "eu-west-1", "backup": "eu-west-3" }, { "name": "eu-north-1" } ],
          "multiRegion": "ReplicaInBackupRegion",
          "contextKey": "AcmeTenant",
          "internalProvider": "Acme KMS",
          "eventPrefix": "com.acme.v1",
          "identifierForms": [ "KeyArn" ],
          "statements": [ { "statement": {
            "Sid": "Acme", "Effect": "Allow", "Principal": { "AWS": [ "{{Users}}" ] }, "Action": "kms:Decrypt", "Resource": "*",
            "Condition": { "StringEquals": { "kms:EncryptionContext:AcmeTenant": [ "{{TenantIds}}" ] } } } } ],
          "placeholders": [
            { "name": "Users", "description": "Who.", "source": "Users" },
            { "name": "TenantIds", "description": "Whose.", "source": "TenantIds" } ],
          "lifecycle": { "keyChange": "Migrate" }
        }
        """;

    [Fact]
    public void A_good_profile_is_read_with_its_hash()
    {
        PlatformFile file = Read(Good);

        Assert.Equal("acme-cloud", file.Profile.Name);
        Assert.Equal("eu-west-3", file.Profile.FindRegion("eu-west-1")!.Backup);
        Assert.Equal(KeyChange.Migrate, file.Profile.Lifecycle.KeyChange);
        Assert.Equal(64, file.Profile.FileHash!.Length);
        Assert.NotEqual(file.Profile.FileHash, Read(Good + "\n").Profile.FileHash);
    }

    [Fact]
    public void A_byte_order_mark_changes_nothing() =>
        Assert.Equal(Read(Good).Profile.FileHash, PlatformProfileReader.Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Good)], "x").Profile.FileHash);

    [Theory]
    [InlineData("name", "\"Acme Cloud\"", "$.name")]
    [InlineData("partitions", "[ \"aws\", \"aws-moon\" ]", "$.partitions[1]")]
    [InlineData("partitions", "[]", "$.partitions")]
    [InlineData("contextKey", "\"aws:kms\"", "$.contextKey")]
    [InlineData("contextKey", "\"kekid\"", "$.contextKey")]
    [InlineData("eventPrefix", "\"com..acme\"", "$.eventPrefix")]
    [InlineData("identifierForms", "[ \"KeyArn\", \"Name\" ]", "$.identifierForms[1]")]
    [InlineData("multiRegion", "\"Sometimes\"", "$.multiRegion")]
    [InlineData("multiRegion", "1", "$.multiRegion")]
    [InlineData("regions", "[ { \"name\": \"eu-west-1\", \"backup\": \"eu-west-1\" } ]", "$.regions[0].backup")]
    [InlineData("regions", "[ { \"name\": \"eu-west-1\", \"backup\": \"eu-west-3\" }, { \"name\": \"eu-west-1\" } ]", "$.regions[1].name")]
    [InlineData("regions", "[ { \"name\": \"eu-west-1\" } ]", "$.multiRegion")]
    [InlineData("regions", "[ { \"backup\": \"eu-west-3\" } ]", "$.regions[0]")]
    [InlineData("lifecycle", "{ \"keyChanges\": \"Migrate\" }", "$.lifecycle.keyChanges")]
    [InlineData("vendorCodes", "{ \"NO_SUCH\": \"X\" }", "$.vendorCodes['NO_SUCH']")]
    [InlineData("placeholders", "[ { \"name\": \"Users\", \"description\": \"Who.\" } ]", "$.statements[0].statement.Condition")]
    [InlineData("statements", "[ { \"statement\": { \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"kms:Decrypt\", \"Resource\": \"*\" } } ]", "$.statements[0].statement.Sid")]
    [InlineData("statements", "[ { \"statement\": { \"Sid\": \"x\", \"Effect\": \"Perhaps\", \"Principal\": \"*\", \"Action\": \"kms:Decrypt\", \"Resource\": \"*\" } } ]", "$.statements[0].statement")]
    [InlineData("surprise", "true", "$.surprise")]
    public void An_error_is_named_by_its_path(string property, string value, string path)
    {
        JObject profile = JObject.Parse(Good);
        profile[property] = JToken.Parse(value);

        TenantEncryptionException error = Assert.Throws<TenantEncryptionException>(() => Read(profile.ToString()));

        Assert.Equal(ErrorCodes.InvalidPlatform, error.Code);
        Assert.Contains($"wrong at {path}", error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("partitions")]
    [InlineData("contextKey")]
    [InlineData("internalProvider")]
    [InlineData("eventPrefix")]
    [InlineData("identifierForms")]
    public void What_is_missing_is_named(string property)
    {
        JObject profile = JObject.Parse(Good);
        profile.Remove(property);

        TenantEncryptionException error = Assert.Throws<TenantEncryptionException>(() => Read(profile.ToString()));

        Assert.Contains($"'{property}'", error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"name\": ")]
    [InlineData("[]")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }")]
    [InlineData("")]
    [InlineData("{} {}")]
    public void Malformed_JSON_is_refused(string json) =>
        Assert.Equal(ErrorCodes.InvalidPlatform, Assert.Throws<TenantEncryptionException>(() => Read(json)).Code);

    [Fact]
    public void Malformed_JSON_is_told_with_line_and_column() =>
        Assert.Contains("(line 2, column", Assert.Throws<TenantEncryptionException>(() => Read("{ \"name\": \"a\",\n \"x\" 3 }")).Detail, StringComparison.Ordinal);

    [Fact]
    public void What_is_not_UTF8_is_refused() =>
        Assert.Equal(ErrorCodes.InvalidPlatform, Assert.Throws<TenantEncryptionException>(() => PlatformProfileReader.Read([0x7B, 0xFF, 0x7D], "x")).Code);

    private static PlatformFile Read(string json) => PlatformProfileReader.Read(Encoding.UTF8.GetBytes(json), "acme.json");
}
