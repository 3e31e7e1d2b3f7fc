using TenantEncryption.Drills;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.Drills;

public sealed class FailoverDrillTests
{
    [Fact]
    public async Task What_each_region_seals_is_shown_to_open_in_the_other_without_an_outage_and_without_a_change()
    {
        await using DrillScene scene = await DrillScene.BeginAsync(DrillScene.Backup, "eu-central-1");
        KeyProvider before = await scene.Service.ProviderAsync("CMK");

        DrillResult result = await scene.Drills.RunFailoverAsync(scene.Cmk.Id);

        Assert.True(result.Success, string.Join(Environment.NewLine, result.Steps.Select(step => step.Observed)));
        Assert.Equal(
            [
                ("Write", DrillScene.Home),
                ("Read", "eu-central-1"), ("ReadOwn", "eu-central-1"), ("Write", "eu-central-1"), ("Read", DrillScene.Home),
                ("Read", DrillScene.Backup), ("ReadOwn", DrillScene.Backup), ("Write", DrillScene.Backup), ("Read", DrillScene.Home),
            ],
            result.Steps.Select(step => (step.Name, step.Region!)));
        Assert.Equal(
            result.Steps.Select(step => step.Region),
            scene.Service.Kms.Calls.Where(call => call.Operation != "DescribeKey").Select(call => KeyIdentifier.Parse(call.KeyId).Region));
        KeyProvider after = await scene.Service.ProviderAsync("CMK");
        Assert.Equal((before.Status, before.KeyCount, before.ValueCount), (after.Status, after.KeyCount, after.ValueCount));
        EncryptionEvent finished = Assert.Single(await scene.EventsAsync(EventTypes.DrillFinished));
        Assert.Equal(("Failover", ErrorCodes.Success), (finished.Data["drill"], finished.Data["code"]));
        Assert.Empty(await scene.EventsAsync(EventTypes.ProviderFailedOver));
    }

    [Fact]
    public async Task A_replica_that_would_not_serve_is_named_and_nothing_is_shut_for_it()
    {
        await using DrillScene scene = await DrillScene.BeginAsync(DrillScene.Backup, "eu-central-1");
        byte[] message = await scene.Service.ProtectValueAsync([1]);
        using (var administrator = scene.Kms.AdministratorOf(DrillScene.Backup))
        {
            await administrator.DisableKeyAsync(scene.Cmk.ReplicaKeys.Single(arn => arn.Contains(DrillScene.Backup, StringComparison.Ordinal)));
        }

        DrillResult result = await scene.Drills.RunFailoverAsync(scene.Cmk.Id);

        Assert.Equal(ErrorCodes.KeyDisabled, result.Code);
        Assert.All(result.Steps, step => Assert.Equal(step.Region == DrillScene.Backup, step.Outcome == CheckOutcome.Failed));
        Assert.Empty((await scene.Service.ProviderAsync("CMK")).RefusedRegions);
        scene.Service.Kms.Forget();
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
        Assert.Equal(0, scene.Service.Kms.Count);
    }

    [Fact]
    public async Task A_provider_with_nothing_to_fail_over_to_is_refused()
    {
        await using DrillScene scene = await DrillScene.BeginAsync();
        string internalId = (await scene.Service.InternalAsync()).Id;

        Assert.Equal(ErrorCodes.ReplicaMissing, await Refusal.CodeOfAsync(() => scene.Drills.RunFailoverAsync(scene.Cmk.Id)));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Drills.RunFailoverAsync(internalId)));
        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => scene.Drills.RunFailoverAsync("kp-none")));
    }

    [Fact]
    public async Task A_key_of_two_layers_passes_too_and_the_tenant_may_be_Direct()
    {
        await using DrillScene scene = await DrillScene.BeginAsync(DrillScene.Backup);
        KeyProvider both = await scene.Service.RegisterAsync(
            "Both", keyIdentifier: await scene.Kms.CreateMultiRegionKeyAsync(DrillScene.Backup), secondLayer: true);
        await scene.Service.Service.Tenants.CreateAsync(new() { TenantId = "direct", KeyHierarchy = TenantEncryption.Tenants.KeyHierarchy.Direct });
        KeyProvider direct = await scene.Service.RegisterAsync("Direct", "direct", await scene.Kms.CreateMultiRegionKeyAsync(DrillScene.Backup));

        Assert.True((await scene.Drills.RunFailoverAsync(both.Id)).Success);
        Assert.True((await scene.Drills.RunFailoverAsync(direct.Id)).Success);
    }
}
