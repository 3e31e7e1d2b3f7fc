using Amazon.KeyManagementService.Model;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys.Regions;

/// <summary>A refusal of KMS is never asked about elsewhere, shuts the provider in every process, and stops failing over until a check passes.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(ErrorCodes.KeyDisabled)]
    [InlineData(ErrorCodes.KeyPendingDeletion)]
    [InlineData(ErrorCodes.PolicyDenied)]
    public async Task A_refusal_at_home_is_never_failed_over(string code)
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await WithdrawAsync(scene, RegionScene.Home, code);
        scene.ForgetKeys();
        scene.Service.Kms.Forget();

        Assert.Equal(code, await scene.Service.CodeOfReadingAsync(message));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => scene.Service.ProtectValueAsync([1])));

        Assert.All(scene.Asked, region => Assert.Equal(RegionScene.Home, region));
        Assert.Equal([RegionScene.Home], (await scene.ProviderAsync()).RefusedRegions);
        EncryptionEvent refused = Assert.Single(await scene.EventsAsync(EventTypes.ProviderRefused));
        Assert.Equal((RegionScene.Home, code), (refused.Data["region"], refused.Data["code"]));
    }

    [Theory]
    [InlineData("Unavailable")]
    [InlineData("Creating")]
    public async Task A_state_that_passes_by_itself_is_an_answer_too_but_no_refusal(string state)
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.ForgetKeys();
        scene.Service.Kms.Forget();
        await scene.Kms.SetStateAsync(scene.Cmk.KeyArn!, state);

        Assert.Equal(ErrorCodes.KeyUnavailable, await scene.Service.CodeOfReadingAsync(message));

        Assert.Equal([RegionScene.Home], scene.Asked);
        Assert.Empty((await scene.ProviderAsync()).RefusedRegions);
    }

    [Fact]
    public async Task A_refusal_at_home_still_shuts_when_home_goes_away_afterwards()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await WithdrawAsync(scene, RegionScene.Home, ErrorCodes.KeyDisabled);
        scene.ForgetKeys();
        await scene.Service.CodeOfReadingAsync(message);
        scene.Shut(RegionScene.Home);
        scene.Service.Kms.Forget();

        TenantEncryptionException fault = await Refusal.OfAsync(() => scene.Service.ReadValueAsync(message));

        Assert.Equal(ErrorCodes.KmsUnreachable, fault.Code);
        Assert.Contains("refused the key", fault.Detail, StringComparison.Ordinal);
        Assert.Equal([RegionScene.Home], scene.Asked);
    }

    [Fact]
    public async Task A_refusal_in_the_replica_while_home_is_away_shuts_every_process_within_a_second()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await using TestService other = await scene.OpenAnotherAsync();
        Assert.Equal([1], await other.ReadValueAsync(message));
        scene.ForgetKeys();
        scene.Shut(RegionScene.Home);
        await WithdrawAsync(scene, RegionScene.Backup, ErrorCodes.PolicyDenied);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => scene.Service.ReadValueAsync(message));
        Assert.Equal((ErrorCodes.PolicyDenied, RegionScene.Backup), (refusal.Code, refusal.Region));

        scene.Time.Advance(TimeSpan.FromSeconds(1));
        other.Kms.Forget();
        Assert.Equal(ErrorCodes.KmsUnreachable, await other.CodeOfReadingAsync(message));
        Assert.Equal(["Decrypt"], other.Kms.Calls.Select(call => call.Operation));
        Assert.Equal(ErrorCodes.KmsUnreachable, await Refusal.CodeOfAsync(() => other.ProtectValueAsync([1])));
        Assert.All(other.Kms.Calls, call => Assert.Equal(scene.Cmk.KeyArn, call.KeyId));
    }

    [Fact]
    public async Task A_process_that_wrote_directly_before_the_refusal_does_not_fail_over_after_it()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(KeyHierarchy.Direct);
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await using TestService other = await scene.OpenAnotherAsync();
        await other.ProtectValueAsync([2]);
        await WithdrawAsync(scene, RegionScene.Home, ErrorCodes.KeyDisabled);
        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(message));
        scene.Shut(RegionScene.Home);
        other.Kms.Forget();

        Assert.Equal(ErrorCodes.KmsUnreachable, await Refusal.CodeOfAsync(() => other.ProtectValueAsync([3])));

        Assert.All(other.Kms.Calls, call => Assert.Equal(scene.Cmk.KeyArn, call.KeyId));
    }

    [Fact]
    public async Task Failing_over_goes_on_when_a_check_passes_in_the_region_that_refused_and_not_before()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        scene.ForgetKeys();
        scene.Shut(RegionScene.Home);
        await WithdrawAsync(scene, RegionScene.Backup, ErrorCodes.KeyDisabled);
        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(message));

        scene.Open();
        scene.WaitForNextTry();
        KeyProviderTestResult early = await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id);
        Assert.True(early.Success);
        KeyProviderCheck failing = Assert.Single(early.Checks, check => check.Name == "Failover");
        Assert.Equal((CheckOutcome.Warning, RegionScene.Backup, ErrorCodes.KeyDisabled), (failing.Outcome, failing.Region, failing.Code));
        Assert.Equal([RegionScene.Backup], (await scene.ProviderAsync()).RefusedRegions);

        using (var administrator = scene.Kms.AdministratorOf(RegionScene.Backup))
        {
            await administrator.EnableKeyAsync(scene.ArnIn(RegionScene.Backup));
        }

        scene.Shut(RegionScene.Home);
        Assert.Equal(ErrorCodes.KmsUnreachable, await scene.Service.CodeOfReadingAsync(message));
        KeyProviderTestResult passed = await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id);
        Assert.Equal(CheckOutcome.Passed, Assert.Single(passed.Checks, check => check.Name == "Failover").Outcome);
        Assert.Empty((await scene.ProviderAsync()).RefusedRegions);
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_refusal_that_comes_while_a_check_runs_outlives_it()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await using TestService other = await scene.OpenAnotherAsync();
        await WithdrawAsync(scene, RegionScene.Home, ErrorCodes.KeyDisabled);
        scene.ForgetKeys();
        await scene.Service.CodeOfReadingAsync(message);
        await scene.Kms.EnableAsync(scene.Cmk.KeyArn!);
        int describes = 0;
        scene.Service.Kms.Before = async (operation, _) =>
        {
            // A test looks at the key at home and in its replica; its last look comes after its round trips.
            if (operation == "DescribeKey" && ++describes == 3)
            {
                await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);
                await other.CodeOfReadingAsync(message);
            }
        };

        await scene.Service.Service.Providers.TestAsync(scene.Cmk.Id);

        Assert.Equal(3, describes);
        Assert.Equal([RegionScene.Home], (await scene.ProviderAsync()).RefusedRegions);
    }

    [Fact]
    public async Task A_key_of_one_region_that_refuses_one_process_is_shut_in_the_others()
    {
        var time = new ManualTimeProvider();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { Time = time });
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService other = await service.OpenAnotherAsync(options => options with { Time = time });
        await other.ReadValueAsync(message);
        await service.Keys.DisableAsync(cmk.KeyArn!);

        Assert.Equal([1], await other.ReadValueAsync(message));
        service.Service.Keys.ClearLeases();
        Assert.Equal(ErrorCodes.KeyDisabled, await service.CodeOfReadingAsync(message));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.KeyDisabled, await other.CodeOfReadingAsync(message));
        Assert.Empty((await service.ProviderAsync("CMK")).RefusedRegions);
    }

    [Fact]
    public async Task A_test_that_KMS_refuses_shuts_the_provider_in_every_process()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await using TestService other = await scene.OpenAnotherAsync();
        await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);

        Assert.Equal(ErrorCodes.KeyDisabled, (await other.Service.Providers.TestAsync(scene.Cmk.Id)).Code);
        scene.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([RegionScene.Home], (await scene.ProviderAsync()).RefusedRegions);
        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task A_refusal_of_an_archived_provider_does_not_disturb_the_active_one()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] old = await scene.Service.ProtectValueAsync([1]);
        KeyProvider next = await scene.Service.RegisterAsync("Next");
        await scene.Service.Service.Providers.EnableAsync(next.Id);
        await using DataSession session = scene.Service.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 2 });
        long epoch = (await scene.Service.Service.Tenants.GetAsync("acme")).Epoch;
        await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);
        scene.Time.Advance(TimeSpan.FromMinutes(5));
        await session.ProtectValueAsync("acme", new byte[] { 2 });
        scene.Service.Kms.Forget();

        for (int second = 0; second < 3; second++)
        {
            Assert.Equal(ErrorCodes.KeyDisabled, await scene.Service.CodeOfReadingAsync(old));
            scene.Time.Advance(TimeSpan.FromSeconds(1));
            await session.ProtectValueAsync("acme", new byte[] { 2 });
        }

        Assert.Equal(epoch, (await scene.Service.Service.Tenants.GetAsync("acme")).Epoch);
        Assert.All(scene.Service.Kms.Calls, call => Assert.Equal(scene.Cmk.KeyArn, call.KeyId));
    }

    [Fact]
    public async Task A_caller_that_goes_on_asking_writes_at_most_once_a_second()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);
        scene.ForgetKeys();

        for (int read = 0; read < 5; read++)
        {
            await scene.Service.CodeOfReadingAsync(message);
        }

        Assert.Equal(1L, Refusals(scene));
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await scene.Service.CodeOfReadingAsync(message);
        Assert.Equal(2L, Refusals(scene));
        Assert.Single(await scene.EventsAsync(EventTypes.ProviderRefused));
    }

    [Fact]
    public async Task Who_can_write_the_store_can_not_have_a_refused_provider_fail_over()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await scene.Kms.DisableAsync(scene.Cmk.KeyArn!);
        scene.ForgetKeys();
        await scene.Service.CodeOfReadingAsync(message);
        scene.Shut(RegionScene.Home);

        scene.Service.Sql("UPDATE key_providers SET refused_regions = '[]' WHERE id = $id", ("$id", scene.Cmk.Id));

        Assert.Equal(ErrorCodes.StateAltered, await scene.Service.CodeOfReadingAsync(message));
        Assert.DoesNotContain(RegionScene.Backup, scene.Asked);
    }

    [Fact]
    public async Task Credentials_that_AWS_does_not_take_shut_this_process_alone()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        await using TestService stranger = await scene.Service.OpenAnotherAsync(options => options with { Time = scene.Time }, secret: "wrong");

        Assert.Equal(ErrorCodes.CredentialsInvalid, await stranger.CodeOfReadingAsync(message));
        scene.Time.Advance(TimeSpan.FromSeconds(1));

        scene.Service.Kms.Forget();
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
        Assert.Equal(0, scene.Service.Kms.Count);
        Assert.Empty((await scene.ProviderAsync()).RefusedRegions);
    }

    [Fact]
    public async Task A_forged_message_of_a_direct_tenant_neither_shuts_it_nor_stops_failing_over()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(KeyHierarchy.Direct);
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        byte[] denied = await scene.Service.ProtectValueAsync([1], options: new() { EncryptionContext = new Dictionary<string, string> { ["Purpose"] = "bait" } });
        await scene.Kms.Administrator.PutKeyPolicyAsync(new()
        {
            KeyId = scene.Cmk.KeyArn,
            Policy = Policies.DenyingContext("Purpose", "bait"),
        });
        byte[] forged = [.. message];
        forged[IndexOfCiphertext(forged)] ^= 1;

        Assert.Equal(ErrorCodes.WrongKey, await scene.Service.CodeOfReadingAsync(forged));
        Assert.Equal(ErrorCodes.PolicyDenied, await scene.Service.CodeOfReadingAsync(denied));

        Assert.Equal(0L, Refusals(scene));
        scene.Shut(RegionScene.Home);
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_long_read_of_a_direct_message_asks_again_when_another_process_was_refused()
    {
        await using RegionScene scene = await RegionScene.BeginAsync(KeyHierarchy.Direct);
        string path = await scene.Service.ProtectAsync(scene.Service.Folders.Random("long", 4 << 20));
        bool refused = false;
        scene.Service.Kms.Forget();
        scene.Service.Kms.OnContext = _ =>
        {
            if (!refused)
            {
                refused = true;
                scene.Service.Sql("UPDATE key_providers SET refusals = refusals + 1 WHERE id = $id", ("$id", scene.Cmk.Id));
                scene.Time.Advance(TimeSpan.FromSeconds(2));
            }
        };

        var outcome = await scene.Service.UnprotectAsync(path, scene.Service.Folders.At("plain"));

        Assert.Null(outcome.Error);
        Assert.Equal(2, scene.Service.Kms.CountOf("Decrypt"));
    }

    private static long Refusals(RegionScene scene) => (long)scene.Service.SqlValue("SELECT refusals FROM key_providers WHERE id = $id", ("$id", scene.Cmk.Id))!;

    // The ciphertext of the one encrypted data key follows its provider info, which ends with the key id.
    private static int IndexOfCiphertext(byte[] message)
    {
        int arn = message.AsSpan().IndexOf("arn:aws:kms"u8);
        return arn + (message[arn - 2] << 8) + message[arn - 1] + 2 + 40;
    }

    private static async Task WithdrawAsync(RegionScene scene, string region, string code)
    {
        using var administrator = scene.Kms.AdministratorOf(region);
        string arn = scene.ArnIn(region);
        switch (code)
        {
            case ErrorCodes.KeyDisabled:
                await administrator.DisableKeyAsync(arn);
                break;
            case ErrorCodes.KeyPendingDeletion:
                using (var backup = scene.Kms.AdministratorOf(RegionScene.Backup))
                {
                    await backup.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = scene.ArnIn(RegionScene.Backup), PendingWindowInDays = 7 });
                }

                await administrator.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = arn, PendingWindowInDays = 7 });
                break;
            default:
                await administrator.PutKeyPolicyAsync(new() { KeyId = arn, Policy = Policies.DenyingUse });
                break;
        }
    }

    private static class Policies
    {
        private const string Root = """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}""";

        public static string DenyingUse => Of("""{"Effect":"Deny","Principal":"*","Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"}""");

        public static string DenyingContext(string key, string value) => Of(
            $$$$"""{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:{{{{key}}}}":"{{{{value}}}}"}}}""");

        private static string Of(string deny) => $$"""{"Version":"2012-10-17","Statement":[{{Root}},{{deny}}] }""";
    }
}
