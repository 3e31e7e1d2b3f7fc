using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Providers;
using TenantEncryption.Testing.Policies;
using TenantEncryption.Tests.Providers.Walks;

namespace TenantEncryption.Tests.Platforms;

/// <summary>Who does what a vendor's page says, word for word, has a key that works there, or a warning that says which sentence of the page it is about.</summary>
public sealed class VendorPagesTests
{
    private const string QlikPlatform = "qlik-cloud";
    private const string GovernmentPlatform = "qlik-cloud-government";
    private const string Sentence = "KMS action DescribeKey";
    private const string EnglishLacks = "the English page does not";

    /// <summary>The page, its platform, the tenant's region, whether the key is a multi-Region key, and what the warning quotes.</summary>
    public static TheoryData<string, string, string, bool, string?> Pages => new()
    {
        { "Qlik Cloud", QlikPlatform, "us-east-1", true, Sentence },
        { "Qlik Cloud", QlikPlatform, "eu-west-1", true, Sentence },
        { "Qlik Cloud", QlikPlatform, "ap-south-1", true, Sentence },
        { "Qlik Cloud", QlikPlatform, "eu-north-1", false, null },
        { "Qlik Cloud", QlikPlatform, "eu-north-1", true, Sentence },
        { "Qlik Cloud Government, English", GovernmentPlatform, "us-gov-west-1", false, EnglishLacks },
        { "Qlik Cloud Government, English", GovernmentPlatform, "us-gov-west-1", true, EnglishLacks },
        { "Qlik Cloud Government, Japanese and Korean", GovernmentPlatform, "us-gov-west-1", false, null },
        { "Qlik Cloud Government, Japanese and Korean", GovernmentPlatform, "us-gov-east-1", false, null },
        { "Qlik Cloud Government, Japanese and Korean", GovernmentPlatform, "us-gov-west-1", true, null },
        { "Tableau Cloud", "tableau-cloud", "us-east-2", false, null },
        { "Tableau Cloud", "tableau-cloud", "us-east-2", true, null },
        { "Amazon Q Business", "amazon-q-business", "us-east-1", false, null },
        { "Amazon Q Business", "amazon-q-business", "us-east-1", true, null },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_followed_word_for_word_makes_a_key_that_works(string page, string platform, string region, bool multiRegion, string? sentence)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform, region: region);
        string keyArn = await FollowAsync(scene, page, multiRegion);

        KeyProviderTestResult result = await scene.TestAsync(keyArn);

        Assert.Equal((ErrorCodes.Success, ErrorCodes.Success), (result.Code, result.VendorCode));
        KeyProviderCheck[] lacking = [.. result.Checks.Where(check => check.Code == PolicyFindingCodes.MissingRecommended)];
        Assert.All(lacking, check => Assert.Equal((CheckOutcome.Warning, CheckSubject.Platform), (check.Outcome, check.Subject)));
        Assert.All(lacking, check => Assert.Contains(sentence!, check.Observed, StringComparison.Ordinal));
        Assert.Equal(sentence is null, lacking.Length == 0);
    }

    [Fact]
    public async Task The_older_English_page_of_Qlik_asks_for_a_single_Region_key_which_the_newer_pages_no_longer_take()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(QlikPlatform, region: "us-east-1");
        string keyArn = await FollowAsync(scene, "Qlik Cloud", multiRegion: false);

        Assert.Equal(ErrorCodes.ReplicaMissing, (await scene.TestAsync(keyArn)).Code);
    }

    [Theory]
    [InlineData("Qlik Cloud", QlikPlatform, "eu-west-1", true)]
    [InlineData("Qlik Cloud Government, English", GovernmentPlatform, "us-gov-west-1", false)]
    public async Task What_a_page_does_not_print_is_put_into_the_policy_all_the_same(string page, string platform, string region, bool multiRegion)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform, region: region);
        KeyProvider provider = await scene.RegisterAsync(await FollowAsync(scene, page, multiRegion));
        PolicyService policies = scene.Service.Service.Policies;

        await policies.SetAsync(await policies.PlanAsync(new KeyPolicyRequest { ProviderId = provider.Id }));

        Assert.DoesNotContain(await WarningsAsync(scene, provider), check => check.Code == PolicyFindingCodes.MissingRecommended);
    }

    [Theory]
    [InlineData(null, CheckOutcome.Warning)]
    [InlineData("True", CheckOutcome.Failed)]
    [InlineData("False", null)]
    public async Task Without_the_roles_of_Application_Automation_a_policy_is_what_the_administrator_chose(string? choice, CheckOutcome? outcome)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(GovernmentPlatform);
        await scene.SetPolicyAsync(LeaveAutomationOut);
        KeyProvider provider = await scene.Service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = scene.KeyArn,
            Parameters = choice is null ? [] : new Dictionary<string, IReadOnlyList<string>> { ["automation"] = [choice] },
            Connection = scene.Connection,
        });

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(outcome == CheckOutcome.Failed ? ErrorCodes.PolicyDenied : ErrorCodes.Success, result.Code);
        KeyProviderCheck[] about = [.. result.Checks.Where(check => check.Outcome != CheckOutcome.Passed
            && (check.Observed.Contains("Separate IAM roles", StringComparison.Ordinal)
                || (check.Code != PolicyFindingCodes.MissingRecommended && check.Observed.Contains("automations", StringComparison.Ordinal))))];
        Assert.Equal(outcome is null ? [] : [outcome.Value], about.Select(check => check.Outcome).Distinct());
        Assert.All(about.Where(check => check.Outcome == CheckOutcome.Warning), check =>
        {
            Assert.Contains("Separate IAM roles must be added", check.Observed, StringComparison.Ordinal);
            Assert.Contains("KeyPolicyRequest.Parameters: Automation = false", check.Remedy, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task What_Tableau_would_show_is_told_beside_the_sharper_code()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("tableau-cloud");
        KeyProviderService providers = scene.Service.Service.Providers;
        Assert.Equal((ErrorCodes.PolicyDenied, ErrorCodes.PolicyDenied), Codes(await scene.TestAsync()));
        Assert.Equal((ErrorCodes.KeyNotFound, ErrorCodes.KeyNotFound), Codes(await scene.TestAsync(scene.KeyArn[..^4] + "0000")));
        await scene.SetPolicyAsync();
        KeyProvider provider = await scene.RegisterAsync();
        await providers.EnableAsync(provider.Id);
        KeyProvider internalKms = await scene.Service.InternalAsync();
        await providers.DisableAsync(internalKms.Id, force: true);

        Assert.Equal((ErrorCodes.ProviderDeactivated, ErrorCodes.KeyNotFound), Codes(await providers.TestAsync(internalKms.Id)));
        await scene.In(scene.Region).DisableKeyAsync(scene.KeyArn);
        Assert.Equal((ErrorCodes.KeyDisabled, ErrorCodes.Unknown), Codes(await providers.TestAsync(provider.Id)));

        static (string Code, string VendorCode) Codes(KeyProviderTestResult result) => (result.Code, result.VendorCode);
    }

    [Fact]
    public void Tableau_has_its_own_phrase_typed() =>
        Assert.Equal("Deactivate this key", PlatformCatalog.FindBuiltIn("tableau-cloud")!.Lifecycle.DeactivationPhrase);

    private static async Task<KeyProviderCheck[]> WarningsAsync(PlatformScene scene, KeyProvider provider) =>
        [.. (await scene.Service.Service.Providers.TestAsync(provider.Id)).Checks.Where(check => check.Outcome == CheckOutcome.Warning)];

    /// <summary>Makes the page's key and puts the page's JSON into its policy, in each of its regions.</summary>
    private static async Task<string> FollowAsync(PlatformScene scene, string page, bool multiRegion)
    {
        string replica = scene.Backup ?? (KeyIdentifier.PartitionOf(scene.Region) == "aws-us-gov" ? "us-gov-east-1" : "eu-central-1");
        string keyArn = await scene.CreateKeyAsync(multiRegion ? [replica] : []);
        foreach (string region in multiRegion ? [scene.Region, replica] : (string[])[scene.Region])
        {
            string there = PlatformScene.KeyArnIn(region, keyArn);
            await scene.PutAsync(region, there, PolicyOf(page, KeyIdentifier.Parse(there), scene.ContextValue ?? "acme").ToString());
        }

        return keyArn;
    }

    /// <summary>The policy of a new key with what the page prints, its placeholders filled in.</summary>
    private static JObject PolicyOf(string page, KeyIdentifier key, string tenant)
    {
        JObject account = JObject.Parse(
            $$"""{ "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": { "AWS": "arn:{{key.Partition}}:iam::{{key.AccountId}}:root" }, "Action": "kms:*", "Resource": "*" }""");
        IEnumerable<JToken> printed = page switch
        {
            "Qlik Cloud" => [account, JObject.Parse(Filled(VendorStatements.Qlik, tenant))],
            "Qlik Cloud Government, English" => [account, JObject.Parse(Filled(VendorStatements.QlikGovernmentEnglish, tenant))],
            "Qlik Cloud Government, Japanese and Korean" =>
                [account, JObject.Parse(Filled(VendorStatements.QlikGovernmentEnglish, tenant)), JObject.Parse(VendorStatements.QlikGovernmentDescribe)],
            "Tableau Cloud" =>
            [
                account,
                .. (JArray)JObject.Parse(VendorStatements.Tableau
                    .Replace("123456789abc:", "123456789012:", StringComparison.Ordinal)
                    .Replace("1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12", "abcXYZ12", StringComparison.Ordinal)
                    .Replace("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ", tenant, StringComparison.Ordinal))["Statement"]!,
            ],
            _ =>
            [
                .. JArray.Parse(VendorStatements.AmazonQ
                    .Replace("qbusiness.region", $"qbusiness.{key.Region}", StringComparison.Ordinal)
                    .Replace("arn:aws:kms:region:111122223333:key/key_ID", key.ToString(), StringComparison.Ordinal)),
            ],
        };
        return new JObject { ["Version"] = "2012-10-17", ["Statement"] = new JArray(printed) };
    }

    private static string Filled(string snippet, string tenant) => snippet.Replace("QLIK_TENANT_ID", tenant, StringComparison.Ordinal);

    private static void LeaveAutomationOut(JObject policy)
    {
        foreach (JValue role in policy.Descendants().OfType<JValue>().Where(value => ((string?)value)?.Contains("automations", StringComparison.Ordinal) == true).ToArray())
        {
            role.Remove();
        }
    }
}
