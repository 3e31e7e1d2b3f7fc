using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Templates;

public sealed class TemplateCaptureTests
{
    [Fact]
    public void Tableaus_dialog_gives_every_value()
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> values = Read(VendorStatements.Tableau);
        Assert.Equal(["Account", "SessionPrincipal", "SfAuth", "SidSuffix"], values.Keys.Order());
        Assert.Equal("1234567890abc", Assert.Single(values["SidSuffix"]));
        Assert.Equal("123456789abc", Assert.Single(values["Account"]));
        Assert.Equal("1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12", Assert.Single(values["SessionPrincipal"]));
        Assert.Equal("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ", Assert.Single(values["SfAuth"]));
    }

    [Fact]
    public void One_statement_or_a_list_is_as_good_as_a_policy()
    {
        string statement = Newtonsoft.Json.Linq.JObject.Parse(VendorStatements.Tableau)["Statement"]![0]!.ToString();
        Assert.Equal(Read(VendorStatements.Tableau), Read(statement));
        Assert.Equal(Read(VendorStatements.Tableau), Read($"[{statement}]"));
    }

    [Fact]
    public void Statements_of_others_are_passed_over() =>
        Assert.Equal(
            Read(VendorStatements.Tableau),
            Read(VendorStatements.Tableau.Replace("\"Statement\": [", "\"Statement\": [ { \"Sid\": \"Enable IAM User Permissions\" }, ", StringComparison.Ordinal)));

    [Fact]
    public void A_list_of_one_is_its_entry_as_KMS_shows_it() =>
        Assert.Equal(
            Read(VendorStatements.Tableau),
            Read(VendorStatements.Tableau.Replace("\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\"", "[\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\"]", StringComparison.Ordinal)));

    [Theory]
    [InlineData("sf-auth", "sf-auht", "lacks kms:EncryptionContext:sf-auth and has kms:EncryptionContext:sf-auht")]
    [InlineData("\"kms:Decrypt\"", "\"kms:Encrypt\"", "Action lacks 'kms:Decrypt' and has 'kms:Encrypt'")]
    [InlineData("EkmAwsKmsAccessRole", "OtherRole", "Principal.AWS lacks")]
    [InlineData("\"Effect\": \"Allow\"", "\"Effect\": \"Deny\"", "Effect lacks 'Allow' and has 'Deny'")]
    [InlineData("\"Resource\": \"*\",", "\"Resource\": \"*\", \"More\": 1,", "also has More")]
    public void The_first_difference_is_told(string shown, string instead, string difference)
    {
        TenantEncryptionException refused = Refused(VendorStatements.Tableau.Replace(shown, instead, StringComparison.Ordinal));
        Assert.Equal(ErrorCodes.TemplateMismatch, refused.Code);
        Assert.Contains(difference, refused.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", ErrorCodes.TemplateMismatch)]
    [InlineData("42", ErrorCodes.TemplateMismatch)]
    [InlineData("{", ErrorCodes.MalformedPolicy)]
    [InlineData("", ErrorCodes.MalformedPolicy)]
    public void What_is_no_policy_is_refused(string json, string code) => Assert.Equal(code, Refused(json).Code);

    [Fact]
    public void Two_statements_of_the_platform_are_one_too_many()
    {
        string statement = Newtonsoft.Json.Linq.JObject.Parse(VendorStatements.Tableau)["Statement"]![0]!.ToString();
        Assert.Contains("2 such statements", Refused($"[{statement},{statement}]").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_of_another_platform_is_refused() => Assert.Equal(ErrorCodes.TemplateMismatch, Refused(VendorStatements.Qlik).Code);

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string json) =>
        TemplateCapture.Read(json, PlatformCatalog.FindBuiltIn("tableau-cloud")!);

    private static TenantEncryptionException Refused(string json) => Assert.Throws<TenantEncryptionException>(() => Read(json));
}
