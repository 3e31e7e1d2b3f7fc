using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Core.Tests.Keys.Root;

/// <summary>The platform's key is disabled, denied, deleted or out of reach: what is shut, with which cause, and what is not.</summary>
public sealed class PlatformKeyShutTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_disabled_key_shuts_internal_tenants_and_second_layers_and_leaves_customers_keys_and_the_log_at_work()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        foreach (string tenant in new[] { "internal", "customer", "layered" })
        {
            await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = tenant });
        }

        await machine.Service.Providers.EnableAsync((await machine.RegisterAsync("CMK", "customer")).Id);
        await machine.Service.Providers.EnableAsync((await machine.RegisterAsync("Both", "layered", secondLayer: true)).Id);
        byte[] ofInternal = await machine.ProtectValueAsync([1], "internal");
        byte[] ofCustomer = await machine.ProtectValueAsync([2], "customer");
        byte[] ofLayered = await machine.ProtectValueAsync([3], "layered");
        await scene.Keys.DisableAsync(scene.KeyArn);
        time.Advance(Hour);

        foreach (byte[] shut in new[] { ofInternal, ofLayered })
        {
            TenantEncryptionException refusal = await Refusal.OfAsync(() => machine.ReadValueAsync(shut));
            Assert.Equal((ErrorCodes.KeyDisabled, scene.KeyArn), (refusal.Code, refusal.KeyArn));
            Assert.Contains("internal KMS", refusal.Message, StringComparison.Ordinal);
        }

        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => machine.ProtectValueAsync([1], "internal"));
        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => machine.Service.RootKey.RotateAsync());
        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "new" }));
        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => scene.OpenAsync());

        Assert.Equal([2], await machine.ReadValueAsync(ofCustomer));
        Assert.Equal([4], await machine.ReadValueAsync(await machine.ProtectValueAsync([4], "customer")));
        Assert.True((await machine.Service.Events.VerifyAsync()).Success);
        Assert.Equal(3, (await machine.Service.Tenants.ListIdsAsync()).Count);

        await scene.Keys.EnableAsync(scene.KeyArn);
        Assert.Equal([1], await machine.ReadValueAsync(ofInternal));
        Assert.Equal([3], await machine.ReadValueAsync(ofLayered));
        await machine.CloseAsync();
        TestService next = await scene.OpenAsync();
        Assert.Contains(await next.EventsAsync(), one => one.Type.EndsWith(EventTypes.KmsCalled, StringComparison.Ordinal) && JToken.FromObject(one.Data["kmsCalls"]!).ToString().Contains(ErrorCodes.KeyDisabled, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_shuts_what_the_root_opened_before_its_lease_is_over()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        TestService one = await scene.OpenAsync();
        TestService other = await scene.OpenAsync();
        await one.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", KeyLease = Hour });
        byte[] message = await one.ProtectValueAsync([1]);
        Assert.Equal([1], await other.ReadValueAsync(message));

        // The other one has to ask, as the root was rotated, and is refused.
        await one.Service.RootKey.RotateAsync();
        await scene.Keys.DisableAsync(scene.KeyArn);
        await Refusal.IsAsync(ErrorCodes.KeyDisabled, () => other.ReadValueAsync(message));
        Assert.Null(other.Service.Roots.TryUse());
        Assert.Equal([1], await one.ReadValueAsync(message));
    }

    [Theory]
    [InlineData("PendingDeletion", ErrorCodes.KeyPendingDeletion)]
    [InlineData("PendingImport", ErrorCodes.KeyPendingImport)]
    [InlineData("Unavailable", ErrorCodes.KeyUnavailable)]
    public async Task Each_state_of_the_key_is_told_as_it_is(string state, string code)
    {
        await using SharedKms own = await SharedKms.StartAsync();
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync(own);
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        await own.SetStateAsync(scene.KeyArn, state);
        time.Advance(Hour);

        Assert.Equal(code, await machine.CodeOfReadingAsync(message));
        await own.SetStateAsync(scene.KeyArn, "Enabled");
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_policy_that_allows_the_root_of_another_store_alone_shuts_this_one()
    {
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync();
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        string storeId = (await machine.Service.DescribeAsync()).StoreId;
        string policy = await scene.Keys.PolicyAsync(scene.KeyArn);
        await scene.Keys.PutPolicyAsync(scene.KeyArn, Allowing(new string('0', 32)));
        time.Advance(Hour);

        TenantEncryptionException refusal = await Refusal.OfAsync(() => machine.ReadValueAsync(message));
        Assert.Equal(ErrorCodes.PolicyDenied, refusal.Code);
        Assert.Contains($"StoreId = {storeId}", refusal.Remedy, StringComparison.Ordinal);

        await scene.Keys.PutPolicyAsync(scene.KeyArn, Allowing(storeId));
        Assert.Equal([1], await machine.ReadValueAsync(message));
        await machine.Service.RootKey.RotateAsync();
        await scene.Keys.PutPolicyAsync(scene.KeyArn, policy);

        static string Allowing(string storeId) => $$$"""
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:DescribeKey","kms:PutKeyPolicy","kms:GetKeyPolicy"],"Resource":"*"},
              {"Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":{"kms:EncryptionContext:StoreId":"{{{storeId}}}" } } } ] }
            """;
    }

    [Fact]
    public async Task Out_of_reach_the_root_serves_to_the_end_of_its_lease_and_no_longer()
    {
        await using SharedKms own = await SharedKms.StartAsync();
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync(own);
        var time = new ManualTimeProvider();
        TestService machine = await scene.OpenAsync(time);
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        machine.Kms.Before = (_, _) => throw new TenantEncryptionException(ErrorCodes.KmsUnreachable);
        time.Advance(Hour - TimeSpan.FromSeconds(1));
        machine.Service.Keys.ClearLeases();
        Assert.Equal([1], await machine.ReadValueAsync(message));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ErrorCodes.KmsUnreachable, await machine.CodeOfReadingAsync(message));
        machine.Kms.Before = null;
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_lost_key_is_named_with_the_way_back_and_a_backup_brings_the_store_under_another_key()
    {
        await using SharedKms own = await SharedKms.StartAsync();
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync(own);
        using var passphrase = new SecretBytes("correct horse"u8);
        TestService machine = await scene.OpenAsync();
        await machine.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await machine.ProtectValueAsync([1]);
        string file = scene.Folders.At("root.json");
        await machine.Service.RootKey.ExportAsync(file, passphrase);
        await machine.CloseAsync();
        await own.Administrator.ScheduleKeyDeletionAsync(scene.KeyArn, 7);
        own.Advance(TimeSpan.FromDays(8));

        TenantEncryptionException lost = await Refusal.OfAsync(() => scene.OpenAsync());
        Assert.Equal((ErrorCodes.KeyNotFound, scene.KeyArn), (lost.Code, lost.KeyArn));
        Assert.Contains("backup", lost.Remedy, StringComparison.Ordinal);

        string second = await own.CreateKeyAsync();
        TestService rescue = await scene.OpenAsync(vault: RootKeyBackup.Read(file).AsVault(passphrase));
        Assert.Equal([1], await rescue.ReadValueAsync(message));
        await Refusal.IsAsync(ErrorCodes.InvalidInput, () => rescue.Service.RootKey.RotateAsync());
        await rescue.Service.RootKey.MoveAsync(scene.Vault(second));
        await rescue.CloseAsync();

        TestService next = await scene.OpenAsync(vault: scene.Vault(second));
        Assert.Equal([1], await next.ReadValueAsync(message));
        Assert.True((await next.Service.Events.VerifyAsync()).Success);
        await Refusal.IsAsync(ErrorCodes.RootKeyMismatch, () => scene.OpenAsync(vault: RootKeyBackup.Read(file).AsVault(passphrase)));
    }

    [Fact]
    public async Task A_replica_opens_the_root_where_its_own_region_is_nearest_and_where_that_gives_no_answer()
    {
        await using SharedKms own = await SharedKms.StartAsync();
        string primary = await own.CreateMultiRegionKeyAsync("eu-central-1");
        string replica = KeyIdentifier.Parse(primary).InRegion("eu-central-1").ToString();
        await using PlatformKeyScene scene = await PlatformKeyScene.BeginAsync(own);
        TestService there = await scene.OpenAsync(vault: scene.Vault(primary));
        await there.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        byte[] message = await there.ProtectValueAsync([1]);
        var time = new ManualTimeProvider();
        TestService here = await scene.OpenAsync(time, scene.Vault(replica));
        Assert.Equal([1], await here.ReadValueAsync(message));
        Assert.Equal(replica, here.Kms.Calls[0].KeyId);

        here.Kms.Forget();
        here.Kms.Before = (_, key) => key == replica ? throw new TenantEncryptionException(ErrorCodes.KmsUnreachable) : Task.CompletedTask;
        time.Advance(Hour);
        Assert.Equal([1], await here.ReadValueAsync(message));
        Assert.Equal([replica, primary], here.Kms.Calls.Select(call => call.KeyId));

        // A refusal is an answer.
        here.Kms.Forget();
        here.Kms.Before = (_, key) => key == replica ? throw new TenantEncryptionException(ErrorCodes.KeyDisabled) : Task.CompletedTask;
        time.Advance(Hour);
        Assert.Equal(ErrorCodes.KeyDisabled, await here.CodeOfReadingAsync(message));
        Assert.Equal([replica], here.Kms.Calls.Select(call => call.KeyId));
    }
}
