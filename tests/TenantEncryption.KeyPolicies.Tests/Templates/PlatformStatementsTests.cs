using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Testing.Policies;

namespace TenantEncryption.KeyPolicies.Tests.Templates;

public sealed class PlatformStatementsTests
{
    private const string KeyId = "1234abcd-12ab-34cd-56ef-1234567890ab";

    public static TheoryData<string[]> TenantLists => [["6BxR0mKt"], ["6BxR0mKt", "tenant-b", "00000000-0000-4000-8000-000000000000"]];

    [Theory]
    [MemberData(nameof(TenantLists))]
    public void The_statement_of_Qlik_Cloud_is_the_one_of_its_page(string[] tenants) =>
        AssertSame([Filled(VendorStatements.Qlik, tenants)], Render("qlik-cloud", new PolicyValues { TenantIds = tenants }));

    [Theory]
    [MemberData(nameof(TenantLists))]
    public void The_first_statement_of_Qlik_Cloud_Government_is_the_one_of_the_English_page(string[] tenants) =>
        AssertSame(
            [Filled(VendorStatements.QlikGovernmentEnglish, tenants)],
            Render("qlik-cloud-government", new PolicyValues { TenantIds = tenants }).Take(1));

    [Theory]
    [MemberData(nameof(TenantLists))]
    public void The_two_statements_of_Qlik_Cloud_Government_are_those_of_the_newer_pages(string[] tenants) =>
        AssertSame(
            [Filled(VendorStatements.QlikGovernmentEnglish, tenants), JObject.Parse(VendorStatements.QlikGovernmentDescribe)],
            Render("qlik-cloud-government", new PolicyValues { TenantIds = tenants }));

    [Fact]
    public void What_Tableau_shows_makes_what_Tableau_shows()
    {
        var values = new PolicyValues { Parameters = TemplateCapture.Read(VendorStatements.Tableau, Of("tableau-cloud")) };
        AssertSame([(JObject)JObject.Parse(VendorStatements.Tableau)["Statement"]![0]!], Render("tableau-cloud", values));
    }

    [Fact]
    public void Tableaus_statement_with_a_real_account_is_one_that_IAM_takes()
    {
        JObject statement = Assert.Single(Render("tableau-cloud", new PolicyValues
        {
            ContextValue = "abc",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["sidsuffix"] = ["1"], ["Account"] = ["123456789012"], ["SessionPrincipal"] = ["s-1"] },
        }));
        Assert.Equal("arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/s-1", (string?)statement["Principal"]!["AWS"]);
        PolicyDocument.Parse(new JObject { ["Version"] = "2012-10-17", ["Statement"] = statement }.ToString(), PolicyKind.KeyPolicy);
    }

    [Fact]
    public void The_three_statements_of_Amazon_Q_are_those_of_its_page()
    {
        string page = VendorStatements.AmazonQ.Replace("region", "eu-west-1", StringComparison.Ordinal).Replace("key_ID", KeyId, StringComparison.Ordinal);
        AssertSame([.. JArray.Parse(page).Cast<JObject>()], Render("amazon-q-business", AmazonQ));
    }

    [Fact]
    public void A_multi_Region_key_of_Qlik_Cloud_also_permits_DescribeKey()
    {
        IReadOnlyList<JObject> statements = Render("qlik-cloud", new PolicyValues
        {
            TenantIds = ["a"],
            Key = KeyIdentifier.Parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"),
        });
        Assert.Equal(2, statements.Count);
        Assert.Equal("kms:DescribeKey", (string?)statements[1]["Action"]);
        Assert.True(JToken.DeepEquals(statements[0]["Principal"], statements[1]["Principal"]));
    }

    [Fact]
    public void The_same_tenant_twice_is_listed_once() =>
        Assert.Equal(["a", "b"], Listed(Render("qlik-cloud", new PolicyValues { TenantIds = ["a", "b", "a"] })[0]));

    [Fact]
    public void Every_missing_placeholder_is_named_with_where_it_comes_from()
    {
        TenantEncryptionException refused = Assert.Throws<TenantEncryptionException>(() => Render("tableau-cloud", new PolicyValues { TenantIds = ["a"] }));
        Assert.Equal(ErrorCodes.PlaceholderMissing, refused.Code);
        Assert.Contains("SidSuffix, from a parameter", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("SfAuth, from the provider's context value", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("KeyPolicyRequest.From", refused.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amazon-q-business", "the key's ARN", "PolicyValues.Key")]
    [InlineData("amazon-q-business", "a parameter", "KeyPolicyRequest.Parameters: AdminRole = '…'")]
    [InlineData("qlik-cloud", "the tenant ids", "KeyPolicyRequest.TenantIds")]
    [InlineData("standalone", "the principals that shall use the key", "KeyPolicyRequest.Users")]
    public void A_placeholder_is_missed_from_its_own_source_with_the_parameter_that_gives_it(string platform, string source, string parameter)
    {
        var missing = Assert.Throws<TenantEncryptionException>(() => Render(platform, new PolicyValues()));

        Assert.Contains(source, missing.Detail, StringComparison.Ordinal);
        Assert.Contains(parameter, missing.Remedy, StringComparison.Ordinal);
        Assert.Equal(platform == "amazon-q-business", missing.Remedy.Contains("KeyPolicyRequest.From", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Account", "11112222333")]
    [InlineData("Account", "11112222333a")]
    [InlineData("Region", "*")]
    [InlineData("KeyId", "alias/x")]
    [InlineData("AdminRole", "*")]
    [InlineData("AdminRole", "AROAEXAMPLEIDOFAROLE1")]
    [InlineData("AdminRole", "arn:aws:iam::111122223333:role/*")]
    [InlineData("AdminRole", "arn:aws:iam::111122223333:group/g")]
    [InlineData("AdminRole", "")]
    [InlineData("AdminRole", "a\nb")]
    public void A_value_that_can_not_stand_there_is_refused(string name, string value) =>
        Assert.Throws<TenantEncryptionException>(() => Render(
            "amazon-q-business", AmazonQ with { Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = ["arn:aws:iam::111122223333:role/Admin"], [name] = [value] } }));

    [Theory]
    [InlineData("s/../../root")]
    [InlineData("x:y")]
    [InlineData("*")]
    [InlineData("a b")]
    public void A_part_of_a_principal_can_not_reach_beyond_its_place(string session)
    {
        TenantEncryptionException refused = Assert.Throws<TenantEncryptionException>(() => Render("tableau-cloud", new PolicyValues
        {
            ContextValue = "abc",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["SidSuffix"] = ["1"], ["Account"] = ["123456789012"], ["SessionPrincipal"] = [session] },
        }));
        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
    }

    [Theory]
    [InlineData("""a"],"kms:EncryptionContext:TenantId2":["b""")]
    [InlineData("""a\" """)]
    [InlineData("{{TenantIds}}")]
    public void A_tenant_id_is_data_and_never_JSON_or_a_placeholder(string tenantId) =>
        Assert.Equal([tenantId], Listed(Render("qlik-cloud", new PolicyValues { TenantIds = [tenantId] })[0]));

    [Theory]
    [InlineData("${aws:username}")]
    [InlineData("${$}")]
    [InlineData("a$${b")]
    public void A_tenant_id_that_looks_like_a_policy_variable_means_itself(string tenantId)
    {
        JObject statement = Render("qlik-cloud", new PolicyValues { TenantIds = [tenantId] })[0];
        PolicyDocument policy = PolicyDocument.Parse(Policy(statement), PolicyKind.KeyPolicy);
        Assert.True(Allows(policy, tenantId));
        Assert.False(Allows(policy, "someone"));
        Assert.Equal([tenantId], TemplateCapture.Read(Policy(statement), Of("qlik-cloud"))["TenantIds"]);
    }

    [Fact]
    public void A_parameter_of_another_name_is_refused_with_those_there_are()
    {
        TenantEncryptionException refused = Assert.Throws<TenantEncryptionException>(() => Render(
            "qlik-cloud", new PolicyValues { TenantIds = ["a"], Parameters = new Dictionary<string, IReadOnlyList<string>> { ["Tenant"] = ["b"] } }));
        Assert.Equal(ErrorCodes.InvalidInput, refused.Code);
        Assert.Contains("TenantIds", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_text_takes_one_value_only() =>
        Assert.Contains("takes one", Assert.Throws<TenantEncryptionException>(() => Render(
            "amazon-q-business",
            AmazonQ with { Parameters = new Dictionary<string, IReadOnlyList<string>>(AmazonQ.Parameters) { ["Region"] = ["eu-west-1", "eu-west-2"] } })).Detail, StringComparison.Ordinal);

    [Fact]
    public void What_a_platform_is_filled_in_with_is_read_out_again()
    {
        foreach (PlatformProfile platform in PlatformCatalog.BuiltIn.Where(platform => platform.Name != "tableau-cloud"))
        {
            var values = AmazonQ with
            {
                TenantIds = ["t-2", "t-1"],
                Users = ["arn:aws:iam::111122223333:role/app"],
                Parameters = platform.Name == "amazon-q-business" ? AmazonQ.Parameters : new Dictionary<string, IReadOnlyList<string>>(),
            };
            IReadOnlyList<JObject> rendered = Render(platform.Name, values);
            IReadOnlyDictionary<string, IReadOnlyList<string>> read = TemplateCapture.Read(new JArray(rendered).ToString(Formatting.None), platform);
            var again = new PolicyValues { Key = values.Key, MultiRegion = values.MultiRegion, Parameters = read };
            AssertSame(rendered, Render(platform.Name, again));
        }
    }

    private static PolicyValues AmazonQ => new()
    {
        Key = KeyIdentifier.Parse($"arn:aws:kms:eu-west-1:111122223333:key/{KeyId}"),
        Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = ["arn:aws:iam::111122223333:role/Admin"] },
    };

    private static PlatformProfile Of(string name) => PlatformCatalog.FindBuiltIn(name)!;

    private static IReadOnlyList<JObject> Render(string platform, PolicyValues values) =>
        [.. PlatformStatements.Render(Of(platform), values).Select(statement => statement.Statement)];

    private static JObject Filled(string statement, string[] tenants)
    {
        JObject filled = JObject.Parse(statement);
        filled["Condition"]!["StringEquals"]!["kms:EncryptionContext:TenantId"] = new JArray(tenants);
        return filled;
    }

    private static string[] Listed(JObject statement) =>
        [.. statement["Condition"]!["StringEquals"]!["kms:EncryptionContext:TenantId"]!.Select(id => (string)id!)];

    private static string Policy(JObject statement) => new JObject { ["Version"] = "2012-10-17", ["Statement"] = new JArray(statement) }.ToString();

    private static bool Allows(PolicyDocument policy, string tenantId)
    {
        AccessRequest request = Build.Ask(SeedPolicies.QlikRole, "kms:Decrypt", ("TenantId", tenantId));
        request.Context.Set("aws:username", "someone");
        return PolicySimulator.Decide(request, new Policies.KeyPolicies { KeyPolicy = policy, IdentityPolicies = null }).IsAllowed;
    }

    private static void AssertSame(IEnumerable<JObject> expected, IEnumerable<JObject> actual) => Assert.Equal<JToken>(expected, actual, JToken.EqualityComparer);
}
