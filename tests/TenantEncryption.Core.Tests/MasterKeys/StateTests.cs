using System.Text;
using Amazon.KeyManagementService.Model;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.MasterKeys;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.MasterKeys;

public sealed class StateTests
{
    [Fact]
    public async Task A_key_is_disabled_and_enabled_with_events()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        MasterKey disabled = await scene.Keys.DisableAsync(key);
        string during = await scene.StateAsync(key.KeyArn);
        MasterKey enabled = await scene.Keys.EnableAsync(disabled);

        Assert.Equal(("Disabled", "Disabled"), (disabled.State, during));
        Assert.Equal(("Enabled", "Enabled"), (enabled.State, await scene.StateAsync(key.KeyArn)));
        EncryptionEvent told = Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyDisabled));
        Assert.Equal((null, key.KeyArn), (told.TenantId, told.Data["keyArn"]));
        Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyEnabled));
    }

    [Fact]
    public async Task A_region_that_stays_open_is_warned_of()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");

        await scene.Keys.DisableAsync(key);

        string warning = Assert.Single(scene.Test.Warnings, one => one.Contains(ErrorCodes.ReplicaStillOpen, StringComparison.Ordinal));
        Assert.Contains("eu-west-3", warning, StringComparison.Ordinal);
        Assert.Equal("Enabled", await scene.StateAsync(key.Replicas[0].KeyArn));
    }

    [Fact]
    public async Task A_multi_Region_key_is_shut_in_every_region_when_asked()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        scene.Test.Warnings.Clear();

        MasterKey disabled = await scene.Keys.DisableAsync(key, allRegions: true);

        Assert.Equal(("Disabled", "Disabled"), (disabled.State, Assert.Single(disabled.Replicas).State));
        Assert.Equal("Disabled", await scene.StateAsync(key.Replicas[0].KeyArn));
        Assert.Empty(scene.Test.Warnings);
    }

    [Fact]
    public async Task Every_region_is_shut_even_when_one_does_not_answer()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        scene.Kms.Faults = new FaultPlan { RegionsDown = ["eu-west-1"] };

        TenantEncryptionException error = await Refusal.OfAsync(() => scene.Keys.DisableAsync(key, allRegions: true));

        Assert.Equal((ErrorCodes.KmsUnreachable, "eu-west-1"), (error.Code, error.Region));
        Assert.Contains("It was done in eu-west-3", error.Detail, StringComparison.Ordinal);
        Assert.Equal("Disabled", await scene.StateAsync(key.Replicas[0].KeyArn));
        Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyDisabled));
    }

    [Fact]
    public async Task Disabling_a_key_ends_the_leases_on_it_at_once()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", KeyLease = TimeSpan.FromHours(1) });
        MasterKey key = await scene.CreateAsync();
        KeyProvider provider = await scene.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "cmk", KeyIdentifier = key.KeyArn, Connection = scene.Anywhere });
        await scene.Service.Providers.EnableAsync(provider.Id);
        byte[] message = await scene.Test.ProtectValueAsync(Encoding.UTF8.GetBytes("secret"));
        await scene.Test.ReadValueAsync(message);

        await scene.Keys.DisableAsync(await scene.LookAsync(key.KeyArn));

        Assert.Equal(ErrorCodes.KeyDisabled, await scene.Test.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task A_key_on_which_a_provider_hangs_is_not_deleted_without_force()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        await scene.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");
        await scene.Service.Providers.RegisterAsync(
            new NewKeyProvider { TenantId = "acme", Name = "cmk", KeyIdentifier = key.Replicas[0].KeyArn, Connection = scene.Anywhere });

        await scene.Kms.Administrator.EncryptAsync(new EncryptRequest { KeyId = key.KeyArn, Plaintext = new MemoryStream([1]) });
        key = await scene.Keys.GetAsync(key.KeyArn, key.Connection);

        TenantEncryptionException refused = await Refusal.OfAsync(() => scene.Keys.RemoveAsync(key));
        string kept = await scene.StateAsync(key.KeyArn);
        MasterKey removed = await scene.Keys.RemoveAsync(key, force: true);

        Assert.Equal((ErrorCodes.HasDependants, "Enabled"), (refused.Code, kept));
        Assert.Contains("'cmk' of tenant 'acme'", refused.Detail, StringComparison.Ordinal);
        Assert.EndsWith($"In eu-west-1 it was {key.DescribeLastUse()}.", refused.Detail, StringComparison.Ordinal);
        Assert.Contains($"request {key.LastRequestId}", refused.Detail, StringComparison.Ordinal);
        Assert.Equal("PendingReplicaDeletion", removed.State);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(31)]
    public async Task A_waiting_period_that_KMS_does_not_take_is_refused(int days)
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Keys.RemoveAsync(key, days)));
        Assert.Equal("Enabled", await scene.StateAsync(key.KeyArn));
    }

    [Fact]
    public async Task A_key_is_scheduled_for_deletion_once_and_restored_to_Disabled()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync();

        MasterKey removed = await scene.Keys.RemoveAsync(key, 7);
        MasterKey again = await scene.Keys.RemoveAsync(removed, 7);
        MasterKey restored = await scene.Keys.RestoreAsync(again);
        MasterKey nothing = await scene.Keys.RestoreAsync(restored);

        Assert.Equal("PendingDeletion", removed.State);
        Assert.InRange(removed.DeletionDate!.Value, DateTimeOffset.UtcNow.AddDays(6.9), DateTimeOffset.UtcNow.AddDays(7.1));
        Assert.Equal(removed.DeletionDate, again.DeletionDate);
        Assert.Equal(("Disabled", null, true), (restored.State, restored.DeletionDate, restored.Rotation));
        Assert.Equal("Disabled", nothing.State);
        Assert.Contains(scene.Test.Warnings, warning => warning.Contains("MasterKeyService.EnableAsync", StringComparison.Ordinal));
        Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyDeletionScheduled));
        Assert.Single(await scene.EventsAsync(EventTypes.MasterKeyRestored));
    }

    [Fact]
    public async Task A_restored_key_is_enabled_when_asked()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.Keys.RemoveAsync(await scene.CreateAsync());

        Assert.Equal("Enabled", (await scene.Keys.RestoreAsync(key, enable: true)).State);
    }

    [Fact]
    public async Task A_primary_waits_for_its_replicas_which_is_said_unless_they_go_too()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.CreateAsync("eu-west-1", "eu-west-3");

        MasterKey alone = await scene.Keys.RemoveAsync(key);
        int warned = scene.Test.Warnings.Count(warning => warning.Contains("allRegions", StringComparison.Ordinal));
        await scene.Keys.RestoreAsync(alone);
        MasterKey together = await scene.Keys.RemoveAsync(await scene.LookAsync(key.KeyArn), allRegions: true);

        Assert.Equal(("PendingReplicaDeletion", null, 1), (alone.State, alone.DeletionDate, warned));
        Assert.Equal("PendingDeletion", Assert.Single(together.Replicas).State);
        Assert.Equal("PendingDeletion", await scene.StateAsync(key.Replicas[0].KeyArn));
    }

    [Fact]
    public async Task A_key_that_is_pending_deletion_is_not_enabled()
    {
        await using KeyScene scene = await KeyScene.BeginAsync();
        MasterKey key = await scene.Keys.RemoveAsync(await scene.CreateAsync());

        Assert.Equal(ErrorCodes.KeyPendingDeletion, await Refusal.CodeOfAsync(() => scene.Keys.EnableAsync(key)));
    }
}
