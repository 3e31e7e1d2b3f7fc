using Amazon.KeyManagementService.Model;
using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.MasterKeys;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.MasterKeys;

public sealed class MakingTests
{
    private const string Role = "arn:aws:iam::111122223333:role/platform";

    [Fact]
    public async Task A_key_for_Qlik_is_a_multi_Region_key_with_alias_rotation_and_policy_in_both_regions()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKey key = await scene.CreateAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1", "t-2") with
        {
            Description = "for Qlik",
            Tags = new Dictionary<string, string> { ["cost"] = "42" },
        });

        Assert.Equal(
            ("Enabled", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS", "CUSTOMER", "for Qlik"),
            (key.State, key.Spec, key.Usage, key.Origin, key.Manager, key.Description));
        Assert.Equal((true, true, true), (key.MultiRegion, key.IsPrimary, key.Rotation));
        MasterKeyReplica replica = Assert.Single(key.Replicas);
        Assert.Equal(("eu-west-3", "Enabled", false), (replica.Region, replica.State, replica.IsPrimary));
        Assert.Equal(key.KeyArn, (await scene.Describe("alias/acme", "eu-west-1")).Arn);
        Assert.Equal(replica.KeyArn, (await scene.Describe("alias/acme", "eu-west-3")).Arn);
        foreach (string arn in (string[])[key.KeyArn, replica.KeyArn])
        {
            JToken statement = JObject.Parse(await scene.PolicyAsync(arn))["Statement"]!.Single(one => ((string)one["Sid"]!).StartsWith("Enable Qlik", StringComparison.Ordinal));
            Assert.Equal(["t-1", "t-2"], statement.SelectTokens("$..['kms:EncryptionContext:TenantId'][*]").Select(id => (string)id!));
        }

        Assert.Equal("42", key.Tags!["cost"]);
        Assert.Equal("for Qlik", (await scene.Describe(replica.KeyArn)).Description);
        Assert.Empty(key.Notes);
    }

    [Theory]
    [InlineData("qlik-cloud", "eu-north-1", false, "")]
    [InlineData("qlik-cloud", "ap-south-1", true, "ap-south-2")]
    [InlineData("qlik-cloud-government", "us-gov-east-1", false, "")]
    [InlineData("amazon-q-business", "us-east-1", false, "")]
    [InlineData("standalone", "cn-north-1", false, "")]
    public async Task A_key_has_the_replica_that_its_platform_asks_for(string platform, string region, bool multiRegion, string replica)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKeyPlan plan = await scene.Keys.PlanAsync(scene.Request(platform, region));

        Assert.Equal((region, multiRegion, replica), (plan.Region, plan.MultiRegion, string.Join(',', plan.ReplicaRegions)));
        Assert.Equal(0, await scene.CountAsync(region));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("tableau-cloud")]
    public async Task A_key_with_a_guard_is_disabled_at_once_and_deleted_only_when_it_was_unused_so_long(string? platform)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKeyPlan plan = await scene.Keys.PlanAsync(scene.Request(platform) with { DeletionGuardDays = 30 });
        MasterKey key = await scene.Keys.CreateAsync(plan);
        await scene.Kms.Administrator.EncryptAsync(new EncryptRequest { KeyId = key.KeyArn, Plaintext = new MemoryStream([1]) });
        scene.Kms.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1));

        TenantEncryptionException refused = await Refusal.OfAsync(() => scene.Keys.RemoveAsync(key));
        await scene.Keys.DisableAsync(key);
        scene.Kms.Advance(TimeSpan.FromMinutes(1));

        Assert.Contains("a guard against deletion before the key was unused for 30 days", $"{plan}", StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.PolicyDenied, refused.Code);
        Assert.Equal("PendingDeletion", (await scene.Keys.RemoveAsync(key)).State);
    }

    [Fact]
    public async Task A_guard_of_no_day_is_refused_before_anything_is_made()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        foreach (int days in (int[])[0, -1])
        {
            Assert.Equal(ErrorCodes.InvalidInput, (await scene.RefusedAsync(scene.Request() with { DeletionGuardDays = days })).Code);
        }

        Assert.Equal(0, await scene.CountAsync("eu-west-1"));
    }

    [Fact]
    public async Task A_key_without_the_replica_that_the_platform_asks_for_is_warned_of()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKeyPlan single = await scene.Keys.PlanAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1") with { MultiRegion = false });
        MasterKeyPlan elsewhere = await scene.Keys.PlanAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1") with { ReplicaRegions = ["eu-west-2"] });

        Assert.False(single.MultiRegion);
        Assert.Equal(["eu-west-2"], elsewhere.ReplicaRegions);
        Assert.All([single, elsewhere], plan => Assert.Contains("REPLICA_MISSING", Assert.Single(plan.Warnings), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tenant_of_the_store_says_platform_and_region()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "qlik-cloud", Region = "eu-central-1" });

        MasterKeyPlan plan = await scene.Keys.PlanAsync(new NewMasterKey { Alias = "alias/acme", TenantIds = ["acme"], Connection = scene.Anywhere });

        Assert.Equal(("qlik-cloud", "eu-central-1", "eu-south-1"), (plan.Platform.Name, plan.Region, Assert.Single(plan.ReplicaRegions)));
    }

    [Fact]
    public async Task A_region_that_platform_or_tenant_do_not_use_is_refused_before_anything_is_made()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Region = "eu-west-1" });
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex", Region = "us-east-1" });

        Assert.Equal(ErrorCodes.WrongRegion, (await scene.RefusedAsync(scene.Request("qlik-cloud", "sa-east-1"))).Code);
        Assert.Equal(ErrorCodes.WrongPartition, (await scene.RefusedAsync(scene.Request("qlik-cloud", "us-gov-west-1"))).Code);
        Assert.Equal(ErrorCodes.WrongRegion, (await scene.RefusedAsync(scene.Request(null, "us-east-1", "acme"))).Code);
        Assert.Equal(
            ErrorCodes.WrongRegion,
            (await scene.RefusedAsync(new NewMasterKey { Alias = "both", TenantIds = ["acme", "globex"], Connection = scene.Anywhere })).Code);
        Assert.Equal(0, await scene.CountAsync("us-east-1"));
    }

    [Theory]
    [InlineData("eu-west-1", ErrorCodes.InvalidInput)]
    [InlineData("us-gov-west-1", ErrorCodes.WrongPartition)]
    [InlineData("eu-west-2,eu-west-2", ErrorCodes.InvalidInput)]
    public async Task A_replica_that_can_not_be_is_refused_before_anything_is_made(string replicas, string code)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        Assert.Equal(code, (await scene.RefusedAsync(scene.Request() with { ReplicaRegions = replicas.Split(',') })).Code);
        Assert.Equal(0, await scene.CountAsync());
    }

    [Theory]
    [InlineData("eu-west-1")]
    [InlineData("eu-west-3")]
    public async Task An_alias_that_exists_in_any_of_the_regions_is_refused_before_anything_is_made(string region)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey taken = await scene.CreateAsync(region);

        TenantEncryptionException error = await scene.RefusedAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1"));

        Assert.Equal((ErrorCodes.AliasExists, taken.KeyArn, region), (error.Code, error.KeyArn, error.Region));
        Assert.Equal(region == "eu-west-1" ? 1 : 0, await scene.CountAsync());
        Assert.Null(error.Unfinished);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("alias/aws/kms")]
    [InlineData("")]
    [InlineData("alias/")]
    public async Task A_name_that_no_alias_can_have_is_refused(string alias)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        Assert.Equal(ErrorCodes.InvalidInput, (await scene.RefusedAsync(scene.Request() with { Alias = alias })).Code);
    }

    [Fact]
    public async Task Tenants_that_are_not_in_the_store_need_a_platform()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        Assert.Equal(ErrorCodes.TenantNotFound, (await scene.RefusedAsync(scene.Request(null, "eu-west-1", "stranger"))).Code);
        Assert.Equal("qlik-cloud", (await scene.Keys.PlanAsync(scene.Request("qlik-cloud", "eu-west-1", "stranger"))).Platform.Name);
    }

    [Fact]
    public async Task Tenants_of_several_platforms_or_organisations_share_no_key()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "plain" });
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "one", Platform = "qlik-cloud", Organization = "One" });
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "two", Platform = "qlik-cloud", Organization = "Two" });

        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "any", Platform = "qlik-cloud" });

        Assert.Equal(ErrorCodes.InvalidInput, (await scene.RefusedAsync(scene.Request(null, "eu-west-1", "plain", "one"))).Code);
        Assert.Equal(2, (await scene.Keys.PlanAsync(scene.Request(null, "eu-west-1", "any", "one"))).Tenants.Count);
        Assert.Equal(ErrorCodes.KeySharedAcrossOrganizations, (await scene.RefusedAsync(scene.Request(null, "eu-west-1", "one", "two"))).Code);
    }

    [Fact]
    public async Task What_the_platform_needs_and_nobody_knows_yet_is_left_out_with_a_warning()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKey key = await scene.CreateAsync(scene.Request("tableau-cloud", "us-west-2"));

        Assert.Contains(scene.Test.Warnings, warning => warning.Contains("PolicyService.SetAsync", StringComparison.Ordinal));
        Assert.Equal("Enable IAM User Permissions", (string?)Assert.Single(JObject.Parse(await scene.PolicyAsync(key.KeyArn))["Statement"]!)["Sid"]);
    }

    [Fact]
    public async Task A_policy_that_names_the_key_has_the_key_that_was_made()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKey key = await scene.CreateAsync(scene.Request("amazon-q-business", "us-east-1") with
        {
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["AdminRole"] = ["arn:aws:iam::111122223333:role/Admin"] },
        });

        JArray statements = (JArray)JObject.Parse(await scene.PolicyAsync(key.KeyArn))["Statement"]!;
        Assert.Equal(key.KeyArn, (string?)statements.Single(one => (string?)one["Sid"] == "Allow access for key administrators")["Resource"]);
    }

    [Fact]
    public async Task Administrators_and_users_get_the_statements_of_the_console()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        MasterKey key = await scene.CreateAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1") with { Administrators = ["arn:aws:iam::111122223333:role/admin"], Users = [Role] });

        JArray statements = (JArray)JObject.Parse(await scene.PolicyAsync(key.KeyArn))["Statement"]!;
        JToken administrators = statements.Single(one => (string?)one["Sid"] == "Allow access for Key Administrators");
        Assert.Equal("arn:aws:iam::111122223333:role/admin", (string?)administrators["Principal"]!["AWS"]);
        Assert.Contains("kms:ReplicateKey", administrators["Action"]!.Select(action => (string)action!));
        Assert.Equal(Role, (string?)statements.Single(one => (string?)one["Sid"] == "Allow use of the key")["Principal"]!["AWS"]);
    }

    [Fact]
    public async Task Users_of_a_platform_of_ones_own_may_use_the_key_for_their_tenants_alone()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });

        MasterKey key = await scene.CreateAsync(scene.Request(null, "eu-west-1", "acme") with { Users = [Role] });

        JArray statements = (JArray)JObject.Parse(await scene.PolicyAsync(key.KeyArn))["Statement"]!;
        Assert.DoesNotContain(statements, one => (string?)one["Sid"] == "Allow use of the key");
        JToken use = statements.Single(one => one["Action"]!.ToString().Contains("kms:Decrypt", StringComparison.Ordinal));
        Assert.Equal(["acme"], use.SelectTokens("$..['kms:EncryptionContext:TenantId'][*]").Select(id => (string)id!));
    }

    [Fact]
    public async Task A_principal_that_no_policy_takes_is_refused_before_anything_is_made()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();

        TenantEncryptionException error = await scene.RefusedAsync(scene.Request() with { Administrators = ["not a principal"] });

        Assert.Equal(ErrorCodes.InvalidArn, error.Code);
        Assert.Equal(0, await scene.CountAsync());
    }

    [Fact]
    public async Task A_replica_that_takes_its_time_is_waited_for()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        scene.Kms.Faults = new FaultPlan { RegionDelay = TimeSpan.FromSeconds(20) };

        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");

        Assert.Equal("Enabled", Assert.Single(key.Replicas).State);
        Assert.InRange(scene.Waits.Sum(wait => wait.TotalSeconds), 20, 30);
    }

    [Fact]
    public async Task A_replica_that_takes_longer_than_two_minutes_is_told_with_what_exists()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        scene.Kms.Faults = new FaultPlan { RegionDelay = TimeSpan.FromHours(1) };

        TenantEncryptionException error = await Refusal.OfAsync(() => scene.CreateAsync("eu-west-1", "eu-west-3"));

        Assert.Equal((ErrorCodes.KeyUnavailable, "eu-west-3"), (error.Code, error.Region));
        Assert.Equal("Creating", Assert.Single(Assert.IsType<MasterKey>(error.Unfinished).Replicas).State);
        Assert.InRange(scene.Waits.Sum(wait => wait.TotalSeconds), 120, 130);
    }

    [Theory]
    [InlineData("CreateAlias", "giving it the alias")]
    [InlineData("PutKeyPolicy", "putting its key policy")]
    [InlineData("EnableKeyRotation", "enabling rotation")]
    [InlineData("ReplicateKey", "making its replica in eu-west-3")]
    public async Task A_step_that_fails_says_what_exists_and_how_to_go_on_or_undo(string operation, string step)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        scene.Break(operation);

        TenantEncryptionException error = await scene.RefusedAsync(scene.Request("qlik-cloud", "eu-west-1", "t-1"));

        MasterKey made = Assert.IsType<MasterKey>(error.Unfinished);
        Assert.Equal((ErrorCodes.KmsUnreachable, $"kms:{operation}", made.KeyArn), (error.Code, error.Operation, error.KeyArn));
        Assert.Contains(step, error.Detail, StringComparison.Ordinal);
        Assert.Contains($"MasterKeyService.RemoveAsync(keyArn: {made.KeyArn}, pendingWindowInDays: 7, endpointUrl: {scene.Kms.Url})", error.Remedy, StringComparison.Ordinal);
        Assert.Contains($"MasterKeyService.UpdateAsync(keyArn: {made.KeyArn}", error.Remedy, StringComparison.Ordinal);
        Assert.Contains("replicaRegion: eu-west-3, alias: alias/acme", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(operation is "CreateAlias" or "PutKeyPolicy", error.Remedy.Contains("PolicyService.SetAsync", StringComparison.Ordinal));
        Assert.Equal(operation != "ReplicateKey", error.Remedy.Contains("rotation: true", StringComparison.Ordinal));
        EncryptionEvent told = Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyUpdated));
        Assert.Equal((ErrorCodes.KmsUnreachable, made.KeyArn), (told.Data["code"], told.Data["keyArn"]));

        scene.Mend();
        MasterKey done = await scene.Keys.UpdateAsync(made, new MasterKeyUpdate { Rotation = true, Alias = "acme", ReplicaRegions = ["eu-west-3"] });

        Assert.Equal((true, "alias/acme", "Enabled"), (done.Rotation, Assert.Single(done.Aliases!), Assert.Single(done.Replicas).State));
        Assert.Equal(done.Replicas[0].KeyArn, (await scene.Describe("alias/acme", "eu-west-3")).Arn);
        Assert.Equal(1, await scene.CountAsync());
    }

    [Fact]
    public async Task What_was_done_although_its_answer_was_lost_is_not_done_twice()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        NewMasterKey request = scene.Request() with { ReplicaRegions = ["eu-west-3"] };
        scene.Break("CreateAlias", afterwards: true);
        MasterKey made = Assert.IsType<MasterKey>((await scene.RefusedAsync(request)).Unfinished);
        scene.Break("ReplicateKey", afterwards: true);
        await Refusal.OfAsync(() => scene.Keys.UpdateAsync(made, new MasterKeyUpdate { Alias = "acme", ReplicaRegions = ["eu-west-3"] }));
        scene.Mend();

        MasterKey done = await scene.Keys.UpdateAsync(made, new MasterKeyUpdate { Alias = "acme", ReplicaRegions = ["eu-west-3"] });

        Assert.Equal("Enabled", Assert.Single(done.Replicas).State);
        Assert.Equal((1, 1), (await scene.CountAsync(), await scene.CountAsync("eu-west-3")));
    }

    [Fact]
    public async Task A_key_of_which_nobody_knows_whether_it_was_made_is_told_as_such_and_made_once()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        scene.Break("CreateKey", afterwards: true);

        TenantEncryptionException error = await scene.RefusedAsync(scene.Request());

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
        Assert.Contains("can't be told", error.Detail, StringComparison.Ordinal);
        Assert.Contains("CloudTrail", error.Remedy, StringComparison.Ordinal);
        Assert.Null(error.Unfinished);
        Assert.Equal(1, await scene.CountAsync());
    }

    [Fact]
    public async Task Making_a_key_is_an_event_of_its_tenant_with_the_ids_of_its_calls()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", Platform = "qlik-cloud", Region = "eu-north-1" });

        MasterKey key = await scene.CreateAsync(scene.Request(null, "eu-north-1", "acme"));

        EncryptionEvent created = Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyCreated));
        Assert.Equal(("com.qlik.v1.encryption.masterkey.created", "acme", key.KeyArn), (created.Type, created.TenantId, created.Data["keyArn"]));
        EncryptionEvent updated = Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyUpdated));
        Assert.Equal(
            ["CreateAlias", "PutKeyPolicy", "EnableKeyRotation"],
            ((IEnumerable<object>)updated.Data["kmsCalls"]!).Cast<IReadOnlyDictionary<string, object?>>().Select(call => (string)call["operation"]!));
        Assert.False(updated.Data.ContainsKey("code"));
        Assert.All(
            ((IEnumerable<object>)updated.Data["kmsCalls"]!).Cast<IReadOnlyDictionary<string, object?>>(),
            call => Assert.NotNull(call["requestId"]));
    }

    [Fact]
    public async Task A_key_that_was_cancelled_half_way_stands_in_the_event_log()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKeyPlan plan = await scene.Keys.PlanAsync(scene.Request() with { ReplicaRegions = ["eu-west-3"] });
        using var cancellation = new CancellationTokenSource();
        scene.Kms.Faults = new FaultPlan { RegionDelay = TimeSpan.FromHours(1) };
        scene.Waits.Clear();
        Task<MasterKey> making = scene.Keys.CreateAsync(plan, cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);

        IReadOnlyList<EncryptionEvent> created = await scene.EventsAsync(EventTypes.MasterKeyCreated);
        Assert.Equal(await scene.CountAsync(), created.Count);
        Assert.Equal(created.Count, (await scene.EventsAsync(EventTypes.MasterKeyUpdated)).Count);
    }
}
