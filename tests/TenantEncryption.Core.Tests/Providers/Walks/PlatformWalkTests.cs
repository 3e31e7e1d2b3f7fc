using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers.Walks;

/// <summary>
/// What the customer's administrator goes through on each platform: a key that is right is found right, and each single mistake gets the code
/// that names it, before the ARN is handed over.
/// </summary>
public sealed class PlatformWalkTests
{
    private const string Gone = "AROAEXAMPLEDELETEDROLE";

    private static readonly string[] All = ["standalone", "qlik-cloud", "qlik-cloud-government", "tableau-cloud", "amazon-q-business"];

    public static TheoryData<string> Platforms => new(All);

    public static TheoryData<string, string, string> Mistakes
    {
        get
        {
            var mistakes = new TheoryData<string, string, string>();
            foreach (string platform in All)
            {
                foreach ((string mistake, string code) in MistakesOf(platform))
                {
                    mistakes.Add(platform, mistake, code);
                }
            }

            return mistakes;
        }
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task A_key_is_prepared_refused_before_its_policy_is_set_and_works_after(string platform)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform);
        KeyProvider provider = await scene.RegisterAsync();

        KeyProviderTestResult before = await scene.Service.Service.Providers.TestAsync(provider.Id);
        Assert.Equal((ErrorCodes.PolicyDenied, KeyProviderVerdict.WontWork), (before.Code, before.Verdict));
        await scene.SetPolicyAsync();
        KeyProviderTestResult after = await scene.Service.Service.Providers.TestAsync(provider.Id);
        Assert.True(after.Success, string.Join('\n', after.Checks.Select(check => $"{check.Outcome} {check.Name} {check.Code} {check.Region}: {check.Observed}")));
        Assert.Equal((KeyProviderVerdict.SafeToActivate, ErrorCodes.Success), (after.Verdict, after.VendorCode));
        Assert.Contains(after.Checks, check => check is { Name: "Policy", Subject: CheckSubject.Platform, Outcome: CheckOutcome.Passed });

        await PromoteAsync(scene, provider);
        byte[] message = await scene.Service.ProtectValueAsync([1, 2, 3]);
        Assert.Equal([1, 2, 3], await scene.Service.ReadValueAsync(message));
        Assert.Equal(scene.Platform.SecondLayer == SecondLayerRule.Always, (await scene.Service.ProviderAsync("CMK")).SecondLayer);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_single_mistake_is_named(string platform, string mistake, string code)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform);

        KeyProviderTestResult result = await MakeAsync(scene, mistake);

        Assert.Equal(code, result.Code);
        Assert.Equal(KeyProviderVerdict.WontWork, result.Verdict);
        KeyProviderCheck failed = result.Checks.First(check => check.Outcome == CheckOutcome.Failed);
        Assert.NotNull(failed.Remedy);
        Assert.True(platform != "tableau-cloud" || result.VendorCode is ErrorCodes.PolicyDenied or ErrorCodes.KeyNotFound or ErrorCodes.Unknown);
        if (mistake.StartsWith("replica", StringComparison.Ordinal))
        {
            Assert.Equal(scene.Backup, failed.Region);
        }
    }

    [Theory]
    [InlineData("standalone")]
    [InlineData("qlik-cloud")]
    [InlineData("qlik-cloud-government")]
    [InlineData("amazon-q-business")]
    public async Task An_alias_that_was_pointed_elsewhere_after_registration_is_a_warning(string platform)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform);
        await scene.SetPolicyAsync();
        string alias = "alias/" + Guid.NewGuid().ToString("N");
        AmazonKeyManagementServiceClient kms = scene.In(scene.Region);
        await kms.CreateAliasAsync(new CreateAliasRequest { AliasName = alias, TargetKeyId = scene.KeyArn });
        KeyProvider provider = await scene.RegisterAsync(AliasArn(scene, alias));
        string other = await scene.CreateKeyAsync(scene.Backup is null ? [] : [scene.Backup]);
        await kms.UpdateAliasAsync(new UpdateAliasRequest { AliasName = alias, TargetKeyId = other });

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);

        Assert.True(result.Success);
        Assert.Equal(ErrorCodes.AliasMoved, Assert.Single(result.Checks, check => check.Name == "Alias").Code);
        Assert.Equal(scene.KeyArn, (await scene.Service.ProviderAsync("CMK")).KeyArn);
    }

    [Fact]
    public async Task Four_wrong_roles_are_refused_although_the_administrators_own_round_trip_works()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud");
        await scene.SetPolicyAsync(policy => ReplaceText(policy, "338144066592", "338144066593", "634246602378", "634246602379"));
        KeyProvider provider = await scene.RegisterAsync();

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(ErrorCodes.PolicyDenied, result.Code);
        Assert.Contains(result.Checks, check => check.Observed.Contains("KMS POLICY_DENIED [eu-west-1] [", StringComparison.Ordinal));
        await scene.Service.Kms.GenerateDataKeyAsync(scene.Connection, scene.KeyArn, new Dictionary<string, string> { ["TenantId"] = "acme" }, default);
    }

    [Fact]
    public async Task A_tenant_condition_that_lets_every_tenant_in_is_not_enforced()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud-government");
        await scene.SetPolicyAsync(policy => PlatformScene.Statement(policy).Remove("Condition"));

        Assert.Equal(ErrorCodes.ContextNotEnforced, (await scene.TestAsync()).Code);
    }

    [Fact]
    public async Task Without_a_sight_of_the_policy_nothing_is_proven()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("tableau-cloud");
        await scene.SetPolicyAsync();
        scene.Service.Kms.BeforeAdministration = operation =>
        {
            if (operation == "GetKeyPolicy")
            {
                throw new TenantEncryptionException(ErrorCodes.PolicyDenied);
            }
        };

        KeyProviderTestResult result = await scene.TestAsync();

        Assert.Equal(ErrorCodes.NotVerified, result.Code);
        Assert.Equal(CheckOutcome.Skipped, Assert.Single(result.Checks, check => check is { Name: "Policy", Region: "us-east-2" }).Outcome);
    }

    [Fact]
    public async Task A_replica_that_is_to_be_deleted_fails_its_provider()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud");
        await scene.SetPolicyAsync();
        KeyProvider provider = await scene.RegisterAsync();
        await PromoteAsync(scene, provider);
        await DeleteReplicaAsync(scene);

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(ErrorCodes.KeyPendingDeletion, result.Code);
        Assert.Equal(scene.Backup, result.Checks.First(check => check.Outcome == CheckOutcome.Failed).Region);
    }

    [Fact]
    public async Task Of_a_single_Region_key_no_replica_is_asked_for_but_another_key()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud");

        KeyProviderTestResult result = await TestKeyOfAsync(scene, await scene.CreateKeyAsync([]));

        KeyProviderCheck missing = result.Checks.First(check => check.Code == ErrorCodes.ReplicaMissing);
        Assert.Contains($"NewMasterKey.ReplicaRegions {scene.Backup}", missing.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("Replicate", missing.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_replica_fails_a_new_provider_and_warns_of_a_current_one()
    {
        await using SharedKms keys = await SharedKms.StartAsync();
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud", keys);
        await scene.SetPolicyAsync();
        KeyProvider current = await scene.RegisterAsync();
        await PromoteAsync(scene, current);
        await DeleteReplicaAsync(scene);
        keys.Advance(TimeSpan.FromDays(8));

        KeyProviderTestResult warned = await scene.Service.Service.Providers.TestAsync(current.Id);
        KeyProviderTestResult failed = await scene.TestAsync();

        Assert.True(warned.Success);
        Assert.Contains(warned.Checks, check => check is { Outcome: CheckOutcome.Warning, Code: ErrorCodes.ReplicaMissing } && check.Region == scene.Backup);
        Assert.Equal(ErrorCodes.ReplicaMissing, failed.Code);
        Assert.Equal(scene.Backup, failed.Checks.First(check => check.Outcome == CheckOutcome.Failed).Region);
    }

    [Fact]
    public async Task What_the_platforms_principals_may_not_do_is_no_refusal_of_KMS_to_the_caller()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud");
        await scene.SetPolicyAsync();
        KeyProvider provider = await scene.RegisterAsync();
        await PromoteAsync(scene, provider);
        await scene.SetPolicyAsync(policy => policy["Statement"] = new JArray(policy["Statement"]![0]!));

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id);

        Assert.Equal(ErrorCodes.PolicyDenied, result.Code);
        Assert.Empty((await scene.Service.ProviderAsync("CMK")).RefusedRegions);
    }

    [Fact]
    public async Task A_key_that_is_shut_at_home_and_open_in_its_replica_says_so()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud");
        await scene.SetPolicyAsync();
        await scene.In(scene.Region).DisableKeyAsync(scene.KeyArn);

        KeyProviderTestResult result = await scene.TestAsync();

        Assert.Equal(ErrorCodes.KeyDisabled, result.Code);
        Assert.Contains(result.Checks, check => check.Code == ErrorCodes.ReplicaStillOpen && check.Region == scene.Backup);
    }

    [Fact]
    public async Task Offline_only_the_registration_is_judged_and_no_call_is_made()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud-government");
        KeyProvider provider = await scene.RegisterAsync();
        scene.Service.Kms.Forget();

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestAsync(provider.Id, offline: true);

        Assert.True(result.Success);
        Assert.Equal(KeyProviderVerdict.NotTested, result.Verdict);
        Assert.Contains(result.Checks, check => check.Outcome == CheckOutcome.Skipped);
        Assert.Equal(0, scene.Service.Kms.Count);
    }

    [Fact]
    public async Task A_key_for_a_tenant_that_nobody_knows_is_tested_by_the_platforms_rules()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("qlik-cloud-government");
        await scene.SetPolicyAsync(policy => ReplaceText(policy, "acme", "c0ffee"));
        var candidate = new KeyCandidate { TenantId = "c0ffee", Platform = PlatformCatalog.FindBuiltIn("qlik-cloud-government"), KeyIdentifier = scene.KeyArn, Connection = scene.Connection };

        Assert.True((await scene.Service.Service.Providers.TestKeyAsync(candidate)).Success);
        Assert.Equal(ErrorCodes.PolicyDenied, (await scene.Service.Service.Providers.TestKeyAsync(candidate with { TenantId = "decaf" })).Code);
        Assert.Equal(
            ErrorCodes.TenantNotFound,
            await Refusal.CodeOfAsync(() => scene.Service.Service.Providers.TestKeyAsync(candidate with { Platform = null })));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task A_tenant_begins_with_a_customers_key_that_works_and_not_with_one_that_does_not(string platform)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform);
        var tenant = new NewTenant
        {
            TenantId = "globex",
            Platform = platform,
            Region = scene.Region,
            Key = new NewKeyProvider
            {
                TenantId = "globex",
                Name = "CMK",
                KeyIdentifier = scene.KeyArn,
                ContextValue = scene.ContextValue,
                Parameters = scene.Parameters,
                Connection = scene.Connection,
            },
        };

        Assert.Equal(ErrorCodes.PolicyDenied, await Refusal.CodeOfAsync(() => scene.Service.Service.Tenants.CreateAsync(tenant)));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => scene.Service.Service.Tenants.GetAsync("globex")));
        await scene.SetPolicyAsync(policy => ReplaceText(policy, "acme", scene.ContextValue is null ? "globex" : "acme"));
        await scene.Service.Service.Tenants.CreateAsync(tenant);

        Assert.True((await scene.Service.ProviderAsync("CMK", "globex")).Current);
        Assert.Equal(KeyProviderStatus.Archived, (await scene.Service.InternalAsync("globex")).Status);
        Assert.Equal([5], await scene.Service.ReadValueAsync(await scene.Service.ProtectValueAsync([5], "globex")));
    }

    [Theory]
    [InlineData("tableau-cloud")]
    [InlineData("amazon-q-business")]
    public async Task What_only_the_vendor_knows_is_taken_from_the_policy_when_nobody_gives_it_and_said_so(string platform)
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync(platform);
        var candidate = new KeyCandidate { TenantId = "acme", KeyIdentifier = scene.KeyArn, ContextValue = scene.ContextValue, Connection = scene.Connection };
        Assert.Equal(ErrorCodes.PolicyDenied, (await scene.Service.Service.Providers.TestKeyAsync(candidate)).Code);
        await scene.SetPolicyAsync();

        KeyProviderTestResult result = await scene.Service.Service.Providers.TestKeyAsync(candidate);

        Assert.True(result.Success);
        Assert.Contains(result.Checks, check => check is { Outcome: CheckOutcome.Warning, Code: ErrorCodes.PlaceholderMissing });
        if (scene.ContextValue is not null)
        {
            Assert.Equal(ErrorCodes.PolicyDenied, (await scene.Service.Service.Providers.TestKeyAsync(candidate with { ContextValue = "another" })).Code);
        }
    }

    private static IEnumerable<(string Mistake, string Code)> MistakesOf(string platform)
    {
        bool hasContext = platform != "amazon-q-business";
        if (hasContext)
        {
            yield return ("wrong tenant id", ErrorCodes.PolicyDenied);
        }

        yield return ("missing action", ErrorCodes.PolicyDenied);
        yield return ("missing role", ErrorCodes.PolicyDenied);
        yield return ("deleted role's id", ErrorCodes.PolicyDenied);
        yield return ("Deny added", ErrorCodes.PolicyDenied);
        yield return ("alias of another key", platform == "tableau-cloud" ? ErrorCodes.InvalidArn : ErrorCodes.PolicyDenied);
        yield return ("asymmetric", ErrorCodes.InvalidKeySpec);
        yield return ("disabled", ErrorCodes.KeyDisabled);
        yield return ("pending deletion", ErrorCodes.KeyPendingDeletion);
        yield return ("other region", ErrorCodes.WrongRegion);
        yield return ("no such key", ErrorCodes.KeyNotFound);
        yield return ("malformed ARN", ErrorCodes.InvalidArn);
        yield return ("expired credentials", ErrorCodes.CredentialsInvalid);
        yield return ("unreachable endpoint", ErrorCodes.KmsUnreachable);
        if (platform == "qlik-cloud")
        {
            yield return ("replica missing", ErrorCodes.ReplicaMissing);
            yield return ("replica in the wrong region", ErrorCodes.ReplicaMissing);
            yield return ("replica of a single-Region key", ErrorCodes.ReplicaMissing);
            yield return ("replica without policy", ErrorCodes.PolicyDenied);
        }
    }

    private static async Task<KeyProviderTestResult> MakeAsync(PlatformScene scene, string mistake)
    {
        switch (mistake)
        {
            case "wrong tenant id":
                await scene.SetPolicyAsync(policy => ReplaceText((JObject)PlatformScene.Statement(policy)["Condition"]!, scene.ContextValue ?? "acme", "ACME"));
                return await scene.TestAsync();
            case "missing action":
                await scene.SetPolicyAsync(policy => ((JArray)PlatformScene.Statement(policy)["Action"]!).Last!.Remove());
                return await scene.TestAsync();
            case "missing role":
                await scene.SetPolicyAsync(policy => EditPrincipals(policy, names => names.Count > 1 ? names[1..] : ["arn:aws:iam::999988887777:role/somebody"]));
                return await scene.TestAsync();
            case "deleted role's id":
                await scene.SetPolicyAsync(policy => EditPrincipals(policy, names => [Gone, .. names[1..]]));
                return await scene.TestAsync();
            case "Deny added":
                await scene.SetPolicyAsync(policy => ((JArray)policy["Statement"]!).Add(JObject.Parse(
                    """{ "Sid": "Freeze", "Effect": "Deny", "Principal": "*", "Action": [ "kms:Decrypt", "kms:CreateGrant" ], "Resource": "*" }""")));
                return await scene.TestAsync();
            case "alias of another key":
                await scene.SetPolicyAsync();
                string alias = "alias/" + Guid.NewGuid().ToString("N");
                string other = await scene.CreateKeyAsync(scene.Backup is null ? [] : [scene.Backup]);
                await scene.In(scene.Region).CreateAliasAsync(new CreateAliasRequest { AliasName = alias, TargetKeyId = other });
                return await scene.TestAsync(AliasArn(scene, alias));
            case "asymmetric":
                return await scene.TestAsync(await scene.CreateKeyAsync([], KeySpec.RSA_2048));
            case "disabled":
                await scene.SetPolicyAsync();
                await scene.In(scene.Region).DisableKeyAsync(scene.KeyArn);
                return await scene.TestAsync();
            case "pending deletion":
                string doomed = await scene.CreateKeyAsync([]);
                await scene.In(scene.Region).ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = doomed, PendingWindowInDays = 7 });
                return await scene.TestAsync(doomed);
            case "other region":
                string elsewhere = scene.Region.Contains("gov", StringComparison.Ordinal) ? "us-gov-east-1" : "eu-central-1";
                return await scene.TestAsync(
                    await scene.CreateKeyAsync([], region: elsewhere), scene.Connection with { Region = elsewhere });
            case "no such key":
                return await scene.TestAsync(scene.KeyArn[..(scene.KeyArn.LastIndexOf('/') + 1)] + Guid.NewGuid());
            case "malformed ARN":
                return await scene.TestAsync(scene.KeyArn.Replace(":kms:", ":kmz:", StringComparison.Ordinal));
            case "expired credentials":
                await scene.SetPolicyAsync();
                await using (TestService expired = await scene.Service.OpenAnotherAsync(secret: "no-longer-valid"))
                {
                    return await expired.Service.Providers.TestKeyAsync(new KeyCandidate
                    {
                        TenantId = "acme",
                        KeyIdentifier = scene.KeyArn,
                        ContextValue = scene.ContextValue,
                        Parameters = scene.Parameters,
                        Connection = scene.Connection,
                    });
                }

            case "unreachable endpoint":
                return await scene.TestAsync(connection: scene.Connection with { EndpointUrl = "http://127.0.0.1:1" });
            case "replica missing":
                return await TestKeyOfAsync(scene, await MultiRegionAsync(scene, null));
            case "replica in the wrong region":
                return await TestKeyOfAsync(scene, await MultiRegionAsync(scene, "eu-central-1"));
            case "replica of a single-Region key":
                return await TestKeyOfAsync(scene, await scene.CreateKeyAsync([]));
            case "replica without policy":
                await scene.SetPolicyAsync(alsoInReplica: false);
                return await scene.TestAsync();
            default:
                throw new ArgumentOutOfRangeException(nameof(mistake), mistake, null);
        }
    }

    private static async Task<string> MultiRegionAsync(PlatformScene scene, string? replicaRegion)
    {
        AmazonKeyManagementServiceClient kms = scene.In(scene.Region);
        string arn = (await kms.CreateKeyAsync(new CreateKeyRequest { MultiRegion = true })).KeyMetadata.Arn;
        if (replicaRegion is not null)
        {
            await kms.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = arn, ReplicaRegion = replicaRegion });
        }

        return arn;
    }

    private static async Task<KeyProviderTestResult> TestKeyOfAsync(PlatformScene scene, string keyArn)
    {
        await scene.SetPolicyAsync(keyArn: keyArn, alsoInReplica: false);
        return await scene.TestAsync(keyArn);
    }

    private static async Task PromoteAsync(PlatformScene scene, KeyProvider provider)
    {
        if (scene.Platform.Lifecycle.KeyChange == KeyChange.Migrate)
        {
            await scene.Service.Service.Migrations.StartAsync("acme", provider.Id);
        }
        else
        {
            await scene.Service.Service.Providers.EnableAsync(provider.Id);
        }
    }

    private static Task<ScheduleKeyDeletionResponse> DeleteReplicaAsync(PlatformScene scene) => scene.In(scene.Backup!).ScheduleKeyDeletionAsync(
        new ScheduleKeyDeletionRequest { KeyId = PlatformScene.KeyArnIn(scene.Backup!, scene.KeyArn), PendingWindowInDays = 7 });

    private static string AliasArn(PlatformScene scene, string alias) => scene.KeyArn[..scene.KeyArn.IndexOf("key/", StringComparison.Ordinal)] + alias;

    private static void EditPrincipals(JObject policy, Func<List<string>, List<string>> edit)
    {
        foreach (JObject statement in policy["Statement"]!.Skip(1).OfType<JObject>().Where(one => (string?)one["Principal"]!["AWS"]?.ToString() != null))
        {
            JToken principals = statement["Principal"]!["AWS"]!;
            List<string> names = principals is JArray list ? [.. list.Values<string>().OfType<string>()] : [(string)principals!];
            statement["Principal"]!["AWS"] = new JArray(edit(names));
            return;
        }
    }

    private static void ReplaceText(JObject json, params string[] pairs)
    {
        foreach (JValue value in json.Descendants().OfType<JValue>().Where(value => value.Type == JTokenType.String).ToList())
        {
            string text = (string)value!;
            for (int i = 0; i < pairs.Length; i += 2)
            {
                text = text.Replace(pairs[i], pairs[i + 1], StringComparison.Ordinal);
            }

            value.Value = text;
        }
    }
}
