using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Policies;
using TenantEncryption.Policies.Documents;
using TenantEncryption.Policies.Merging;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Policies;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Policies;

/// <summary>Key policies in a real KMS over http.</summary>
public sealed class PolicyServiceTests : IAsyncLifetime
{
    private readonly List<KmsCall> _calls = [];
    private TestService _service = null!;
    private Action<KmsCall>? _onCall;

    public async Task InitializeAsync() => _service = await TestService.OpenAsync(options => options with
    {
        OnKmsCall = call =>
        {
            lock (_calls)
            {
                _calls.Add(call);
            }

            _onCall?.Invoke(call);
        },
    });

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task Setting_a_policy_makes_the_platforms_test_succeed_and_setting_it_again_puts_nothing()
    {
        KeyProvider provider = await QlikAsync("acme");
        KeyPolicyPlan plan = await PlanAsync(provider);
        KeyPolicy put = Assert.Single(await _service.Service.Policies.SetAsync(plan));
        Assert.True(JToken.DeepEquals(JObject.Parse(put.Json), JObject.Parse(await PolicyAsync(provider.KeyArn!))));
        Assert.Equal(1, CountOf("PutKeyPolicy"));

        KeyPolicyPlan again = await PlanAsync(provider);
        Assert.False(again.IsChanged);
        await _service.Service.Policies.SetAsync(again);
        Assert.Equal(1, CountOf("PutKeyPolicy"));
        EncryptionEvent recorded = Assert.Single(await _service.EventsAsync(), one => one.Type.EndsWith(EventTypes.KeyPolicyUpdated, StringComparison.Ordinal));
        Assert.Equal("com.qlik.v1.encryption.keypolicy.updated", recorded.Type);
        Assert.Contains("PutKeyPolicy", JToken.FromObject(recorded.Data).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_tenant_of_the_key_joins_the_first()
    {
        KeyProvider first = await QlikAsync("acme");
        KeyProvider second = await QlikAsync("beta", first.KeyArn);
        await SetAsync(first);
        KeyPolicyPlan plan = await PlanAsync(second);
        Assert.Contains("2 tenants share the key", Assert.Single(plan.Warnings), StringComparison.Ordinal);
        await _service.Service.Policies.SetAsync(plan);
        Assert.Equal(["acme", "beta"], await TenantsAsync(first.KeyArn!));
    }

    [Fact]
    public async Task Several_tenants_are_set_at_once_with_a_warning()
    {
        KeyProvider provider = await QlikAsync("acme");
        await QlikAsync("beta", provider.KeyArn);
        KeyPolicyPlan plan = await _service.Service.Policies.PlanAsync(new KeyPolicyRequest { ProviderId = provider.Id, TenantIds = ["acme", "beta"] });
        Assert.Contains("2 tenants share the key", Assert.Single(plan.Warnings), StringComparison.Ordinal);
        await _service.Service.Policies.SetAsync(plan);
        Assert.Equal(["acme", "beta"], await TenantsAsync(provider.KeyArn!));
    }

    [Fact]
    public async Task What_stands_in_a_live_condition_need_not_be_a_tenant_id()
    {
        KeyProvider provider = await QlikAsync("acme");
        await PutAsync(provider.KeyArn!, _ => { }, Build.Allow("Theirs", Build.Who(Build.AppRole), "kms:Decrypt", Build.Condition("StringLike", "kms:EncryptionContext:TenantId", "*")));
        KeyPolicyPlan plan = await PlanAsync(provider);
        await _service.Service.Policies.SetAsync(plan);
        Assert.Contains("acme", await PolicyAsync(provider.KeyArn!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_context_value_of_a_tenants_provider_stands_for_the_tenant()
    {
        KeyProvider provider = await QlikAsync("acme", contextValue: "their own id");
        await SetAsync(provider);
        Assert.Equal(["their own id"], await TenantsAsync(provider.KeyArn!));
    }

    [Fact]
    public async Task A_key_of_two_organisations_is_refused_on_Qlik()
    {
        KeyProvider provider = await QlikAsync("acme", organization: "Acme Corp");
        await QlikAsync("beta", organization: "Beta Ltd");
        TenantEncryptionException asked = await Refusal.OfAsync(() => _service.Service.Policies.PlanAsync(
            new KeyPolicyRequest { ProviderId = provider.Id, TenantIds = ["acme", "beta"] }));
        Assert.Equal(ErrorCodes.KeySharedAcrossOrganizations, asked.Code);
        Assert.Contains("Acme Corp and Beta Ltd", asked.Detail, StringComparison.Ordinal);

        // The other one is in the live policy already.
        await PutAsync(provider.KeyArn!, _ => { }, Build.Allow("Old", Build.Who(SeedPolicies.QlikRole), "kms:Decrypt", Build.Condition("StringEquals", "kms:EncryptionContext:TenantId", "beta")));
        Assert.Equal(ErrorCodes.KeySharedAcrossOrganizations, await Refusal.CodeOfAsync(() => PlanAsync(provider)));
        Assert.Equal(0, CountOf("PutKeyPolicy"));
    }

    [Fact]
    public async Task Two_tenants_of_one_organisation_may_share_a_key()
    {
        KeyProvider first = await QlikAsync("acme-1", organization: "Acme Corp");
        KeyProvider second = await QlikAsync("acme-2", first.KeyArn, organization: "Acme Corp");
        await SetAsync(first);
        await SetAsync(second);
        Assert.Equal(["acme-1", "acme-2"], await TenantsAsync(first.KeyArn!));
    }

    [Fact]
    public async Task Every_region_of_a_multi_Region_key_gets_the_policy_with_DescribeKey()
    {
        KeyProvider provider = await MultiRegionAsync();
        KeyPolicyPlan plan = await PlanAsync(provider);
        Assert.Equal(["eu-west-1", "eu-west-3"], plan.Regions.Select(region => region.Region));
        Assert.Equal(2, (await _service.Service.Policies.SetAsync(plan)).Count);
        foreach (string region in new[] { "eu-west-1", "eu-west-3" })
        {
            Assert.Contains("kms:DescribeKey", await PolicyAsync(In(provider, region), region), StringComparison.Ordinal);
        }

        Assert.Equal(2, (await _service.Service.Policies.GetLiveAsync(provider.Id)).Count);
    }

    [Fact]
    public async Task A_policy_that_changed_since_the_plan_is_left_as_it_is()
    {
        KeyProvider provider = await QlikAsync("acme");
        KeyPolicyPlan plan = await PlanAsync(provider);
        string theirs = await PutAsync(provider.KeyArn!, statements => statements.Add(Build.Allow("Theirs", Build.Who(Build.Root), "kms:DescribeKey")));
        Assert.Equal(ErrorCodes.PolicyChanged, await Refusal.CodeOfAsync(() => _service.Service.Policies.SetAsync(plan)));
        Assert.Equal(theirs, await PolicyAsync(provider.KeyArn!));
        Assert.Equal(0, CountOf("PutKeyPolicy"));
    }

    [Fact]
    public async Task White_space_that_changed_since_the_plan_is_no_change()
    {
        KeyProvider provider = await QlikAsync("acme");
        KeyPolicyPlan plan = await PlanAsync(provider);
        await PutAsync(provider.KeyArn!, _ => { });
        await _service.Service.Policies.SetAsync(plan);
        Assert.Equal(["acme"], await TenantsAsync(provider.KeyArn!));
    }

    [Fact]
    public async Task Another_policy_right_after_ours_is_told()
    {
        KeyProvider provider = await QlikAsync("acme");
        KeyPolicyPlan plan = await PlanAsync(provider);
        _onCall = call =>
        {
            if (call.Operation == "PutKeyPolicy")
            {
                PutAsync(provider.KeyArn!, statements => statements.Clear(), Build.Allow("Theirs", Build.Who(Build.Root), "kms:*")).GetAwaiter().GetResult();
            }
        };
        TenantEncryptionException refused = await Refusal.OfAsync(() => _service.Service.Policies.SetAsync(plan));
        Assert.Equal(ErrorCodes.PolicyChanged, refused.Code);
        Assert.Contains("right after", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_second_region_fails_the_first_has_its_policy_and_running_again_does_the_rest()
    {
        KeyProvider provider = await MultiRegionAsync();
        KeyPolicyPlan plan = await PlanAsync(provider);
        await PutAsync(In(provider, "eu-west-3"), statements => statements.Add(Build.Allow("Theirs", Build.Who(Build.Root), "kms:DescribeKey")), region: "eu-west-3");
        TenantEncryptionException refused = await Refusal.OfAsync(() => _service.Service.Policies.SetAsync(plan));
        Assert.Equal((ErrorCodes.PolicyChanged, "eu-west-3"), (refused.Code, refused.Region));
        Assert.Contains("eu-west-1 has the new policy", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(["acme"], await TenantsAsync(In(provider, "eu-west-1")));
        EncryptionEvent recorded = Assert.Single(await _service.EventsAsync(), one => one.Type.EndsWith(EventTypes.KeyPolicyUpdated, StringComparison.Ordinal));
        Assert.Equal("eu-west-3", recorded.Data["failedRegion"]);

        KeyPolicyPlan rest = await PlanAsync(provider);
        Assert.Equal(["eu-west-3"], rest.Regions.Where(region => region.IsChanged).Select(region => region.Region));
        await _service.Service.Policies.SetAsync(rest);
        Assert.Equal(["acme"], await TenantsAsync(In(provider, "eu-west-3"), "eu-west-3"));
    }

    [Fact]
    public async Task A_key_that_nobody_manages_any_more_is_not_our_lockout()
    {
        // Only reading is left in it: somebody put it past KMS's own check.
        KeyProvider provider = await QlikAsync("acme");
        using AmazonKeyManagementServiceClient kms = KmsIn("eu-west-1");
        await kms.PutKeyPolicyAsync(new PutKeyPolicyRequest
        {
            KeyId = provider.KeyArn,
            BypassPolicyLockoutSafetyCheck = true,
            Policy = Build.Policy(Build.Allow("Read", Build.Who(Build.Root), new JArray("kms:Get*", "kms:Describe*"))).ToString(),
        });
        KeyPolicyPlan plan = await PlanAsync(provider);
        Assert.Contains("now as before", Assert.Single(plan.Warnings), StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.PolicyDenied, await Refusal.CodeOfAsync(() => _service.Service.Policies.SetAsync(plan)));
    }

    [Fact]
    public async Task A_policy_that_is_hardened_for_all_but_an_administrator_gets_the_platforms_statement()
    {
        KeyProvider provider = await QlikAsync("acme");
        await PutAsync(provider.KeyArn!, _ => { }, Build.Deny("Hard", "*", "kms:PutKeyPolicy", Build.Condition("ArnNotEquals", "aws:PrincipalArn", Build.Root)));
        KeyPolicyPlan plan = await PlanAsync(provider);
        Assert.Empty(plan.Warnings);
        await _service.Service.Policies.SetAsync(plan);
        Assert.Contains("acme", await PolicyAsync(provider.KeyArn!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("StringNotEquals", "aws:PrincipalOrgID", "o-1")]
    [InlineData("BoolIfExists", "aws:MultiFactorAuthPresent", "false")]
    public async Task A_policy_that_is_hardened_by_what_only_a_call_tells_is_a_warning_that_names_the_Deny(string @operator, string key, string value)
    {
        KeyProvider provider = await QlikAsync("acme");
        using AmazonKeyManagementServiceClient kms = KmsIn("eu-west-1");
        await kms.PutKeyPolicyAsync(new PutKeyPolicyRequest
        {
            KeyId = provider.KeyArn,
            BypassPolicyLockoutSafetyCheck = true,
            Policy = Build.Policy(
                Build.Allow("Root", Build.Who(Build.Root), "kms:*"), Build.Deny("Hard", "*", "kms:PutKeyPolicy", Build.Condition(@operator, key, value))).ToString(),
        });
        KeyPolicyPlan plan = await PlanAsync(provider);
        Assert.Contains($"the Deny in statement 1 'Hard' ({@operator} {key} [{value}])", Assert.Single(plan.Warnings), StringComparison.Ordinal);
        Assert.True(plan.IsChanged);
    }

    [Fact]
    public async Task Tableaus_statement_comes_from_what_Tableau_shows()
    {
        await _service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "tableau-cloud" });
        KeyProvider provider = await RegisterAsync("acme", null, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ");
        TenantEncryptionException missing = await Refusal.OfAsync(() => PlanAsync(provider));
        Assert.Equal(ErrorCodes.PlaceholderMissing, missing.Code);

        string shown = VendorStatements.Tableau.Replace("123456789abc", "123456789012", StringComparison.Ordinal);
        KeyPolicyPlan plan = await _service.Service.Policies.PlanAsync(new KeyPolicyRequest { ProviderId = provider.Id, From = shown });
        await _service.Service.Policies.SetAsync(plan);
        JToken statement = JObject.Parse(await PolicyAsync(provider.KeyArn!))["Statement"]![1]!;
        Assert.True(JToken.DeepEquals(JObject.Parse(shown)["Statement"]![0], statement));

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => _service.Service.Policies.PlanAsync(
            new KeyPolicyRequest { ProviderId = provider.Id, From = shown.Replace("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\"", "another\"", StringComparison.Ordinal) })));
    }

    [Fact]
    public async Task A_whole_new_policy_has_the_account_its_administrators_and_the_platform()
    {
        KeyProvider provider = await QlikAsync("acme");
        KeyPolicy policy = await _service.Service.Policies.GetAsync(new KeyPolicyRequest { ProviderId = provider.Id, Administrators = [Build.Alice], Users = [Build.AppRole] });
        Assert.Equal(
            ["Enable IAM User Permissions", "Allow access for Key Administrators", "Allow use of the key", "Allow attachment of persistent resources", .. PlatformSids("qlik-cloud")],
            policy.Statements.Select(statement => statement.Sid));
        Assert.Empty(_calls);
        PolicyDocument.Parse(policy.Json, PolicyKind.KeyPolicy);
    }

    [Fact]
    public async Task The_internal_KMS_has_no_policy_and_another_platforms_tenant_is_refused()
    {
        KeyProvider provider = await QlikAsync("acme");
        await _service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "other" });
        KeyProvider inside = await _service.InternalAsync("acme");
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => PlanAsync(inside)));
        foreach ((string tenant, string code) in new[] { ("other", ErrorCodes.InvalidInput), ("nobody", ErrorCodes.TenantNotFound) })
        {
            Assert.Equal(code, await Refusal.CodeOfAsync(() => _service.Service.Policies.GetAsync(new KeyPolicyRequest { ProviderId = provider.Id, TenantIds = [tenant] })));
        }
    }

    [Fact]
    public async Task What_KMS_refuses_is_told_with_its_code()
    {
        KeyProvider provider = await QlikAsync("acme", "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000001");
        Assert.Equal(ErrorCodes.KeyNotFound, await Refusal.CodeOfAsync(() => PlanAsync(provider)));
    }

    private static IEnumerable<string?> PlatformSids(string platform) =>
        TenantEncryption.Platforms.PlatformCatalog.FindBuiltIn(platform)!.Statements
            .Where(statement => statement.When == TenantEncryption.Platforms.StatementCondition.Always)
            .Select(statement => statement.Sid);

    private static string In(KeyProvider provider, string region) => provider.KeyArn!.Replace("eu-west-1", region, StringComparison.Ordinal);

    private Task<KeyPolicyPlan> PlanAsync(KeyProvider provider) => _service.Service.Policies.PlanAsync(new KeyPolicyRequest { ProviderId = provider.Id });

    private async Task SetAsync(KeyProvider provider) => await _service.Service.Policies.SetAsync(await PlanAsync(provider));

    private async Task<KeyProvider> QlikAsync(string tenantId, string? keyArn = null, string? contextValue = null, string? organization = null)
    {
        await _service.Service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId, Platform = "qlik-cloud", Organization = organization });
        return await RegisterAsync(tenantId, keyArn, contextValue);
    }

    private async Task<KeyProvider> RegisterAsync(string tenantId, string? keyArn, string? contextValue) =>
        await _service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = "CMK",
            KeyIdentifier = keyArn ?? await _service.Keys.CreateKeyAsync(),
            ContextValue = contextValue,
            Connection = _service.Connection,
        });

    private async Task<KeyProvider> MultiRegionAsync()
    {
        using AmazonKeyManagementServiceClient kms = KmsIn("eu-west-1");
        string keyArn = (await kms.CreateKeyAsync(new CreateKeyRequest { MultiRegion = true })).KeyMetadata.Arn;
        await kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = keyArn, ReplicaRegion = "eu-west-3" });
        return await QlikAsync("acme", keyArn);
    }

    private AmazonKeyManagementServiceClient KmsIn(string region) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonKeyManagementServiceConfig { ServiceURL = _service.Keys.Url, AuthenticationRegion = region });

    private async Task<string> PolicyAsync(string keyArn, string region = "eu-west-1")
    {
        using AmazonKeyManagementServiceClient kms = KmsIn(region);
        return (await kms.GetKeyPolicyAsync(new GetKeyPolicyRequest { KeyId = keyArn, PolicyName = "default" })).Policy;
    }

    private async Task<string[]> TenantsAsync(string keyArn, string region = "eu-west-1") =>
        [.. JObject.Parse(await PolicyAsync(keyArn, region))["Statement"]!.Single(statement => statement["Condition"] is not null)["Condition"]!["StringEquals"]!["kms:EncryptionContext:TenantId"]!.Select(id => (string)id!)];

    private async Task<string> PutAsync(string keyArn, Action<JArray> edit, JObject? more = null, string region = "eu-west-1")
    {
        using AmazonKeyManagementServiceClient kms = KmsIn(region);
        JObject policy = JObject.Parse((await kms.GetKeyPolicyAsync(new GetKeyPolicyRequest { KeyId = keyArn, PolicyName = "default" })).Policy);
        var statements = (JArray)policy["Statement"]!;
        edit(statements);
        if (more is not null)
        {
            statements.Add(more);
        }

        string text = policy.ToString(Newtonsoft.Json.Formatting.None);
        await kms.PutKeyPolicyAsync(new PutKeyPolicyRequest { KeyId = keyArn, Policy = text });
        return text;
    }

    private int CountOf(string operation)
    {
        lock (_calls)
        {
            return _calls.Count(call => call.Operation == operation);
        }
    }
}
