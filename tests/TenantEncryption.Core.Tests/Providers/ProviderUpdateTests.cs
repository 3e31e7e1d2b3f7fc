using System.Collections.Concurrent;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Keys.Regions;
using TenantEncryption.Tests.Providers.Walks;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Providers;

/// <summary>An endpoint, a name or a description is not for ever by a typo, and a typo in a new one shuts nobody.</summary>
public sealed class ProviderUpdateTests
{
    private const string NowhereUrl = "http://127.0.0.1:1";

    [Fact]
    public async Task A_name_and_a_description_are_changed_and_told_without_a_call()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;

        KeyProvider updated = await service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Name = "Key of 2026", Description = "ours" });
        KeyProvider bare = await service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Description = "" });

        Assert.Equal(("Key of 2026", "ours"), (updated.Name, updated.Description));
        Assert.Equal(("Key of 2026", (string?)null), (bare.Name, bare.Description));
        Assert.Equal(cmk.Id, (await service.ProviderAsync("Key of 2026")).Id);
        Assert.Equal(0, service.Kms.Count);
        Assert.Equal(2, (await UpdatesAsync(service)).Count);
        Assert.Equal([1], await service.ReadValueAsync(await service.ProtectValueAsync([1])));
    }

    [Fact]
    public async Task What_is_so_already_is_not_changed_again_and_what_would_change_can_be_asked_for()
    {
        var calls = new ConcurrentQueue<KmsCall>();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { OnKmsCall = calls.Enqueue });
        await using TestService owned = service;
        calls.Clear();
        var update = new KeyProviderUpdate { Name = "Other", EndpointUrl = Same(cmk) };
        int events = (await service.EventsAsync()).Count;

        KeyProviderUpdatePlan plan = await service.Service.Providers.PlanUpdateAsync(cmk.Id, update);
        Assert.Equal(["Name from 'CMK' to 'Other'", $"EndpointUrl from '{cmk.Connection.EndpointUrl}' to '{Same(cmk)}'"], plan.Changes.Select(change => change.ToString()));
        Assert.Equal((0, events), (calls.Count, (await service.EventsAsync()).Count));

        await service.Service.Providers.UpdateAsync(cmk.Id, update);
        Assert.Equal(plan.KmsCalls, calls.Count);
        events = (await service.EventsAsync()).Count;
        await service.Service.Providers.UpdateAsync(cmk.Id, update);
        await service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Description = "", RoleArn = "", Region = "" });

        Assert.Equal((plan.KmsCalls, events), (calls.Count, (await service.EventsAsync()).Count));
        Assert.Empty((await service.Service.Providers.PlanUpdateAsync(cmk.Id, update)).Changes);
    }

    [Theory]
    [InlineData("NEXT", ErrorCodes.ProviderExists)]
    [InlineData("internal kms", ErrorCodes.ProviderExists)]
    [InlineData("Internal", ErrorCodes.InvalidInput)]
    [InlineData("kp-1", ErrorCodes.InvalidInput)]
    [InlineData("", ErrorCodes.InvalidInput)]
    [InlineData("cmk", null)]
    public async Task A_name_follows_the_rules_of_a_new_ones(string name, string? code)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.RegisterAsync("Next");
        Task UpdateAsync() => service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Name = name });

        if (code is null)
        {
            await UpdateAsync();
        }
        else
        {
            Assert.Equal(code, await Refusal.CodeOfAsync(UpdateAsync));
        }

        Assert.Equal(cmk.Id, (await service.ProviderAsync(code is null ? name : "CMK")).Id);
    }

    [Theory]
    [InlineData(KeyProviderStatus.Active)]
    [InlineData(KeyProviderStatus.Archived)]
    public async Task A_wrong_endpoint_of_a_provider_by_which_data_is_read_is_refused_and_shuts_nobody(KeyProviderStatus status)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        if (status == KeyProviderStatus.Archived)
        {
            await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        }

        KeyProvider before = await service.ProviderAsync("CMK");
        TenantEncryptionException refusal = await Refusal.OfAsync(
            () => service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Name = "Other", EndpointUrl = NowhereUrl }));

        Assert.Equal(ErrorCodes.KmsUnreachable, refusal.Code);
        Assert.Contains("would not work with the new connection", refusal.Detail, StringComparison.Ordinal);
        KeyProvider after = await service.ProviderAsync("CMK");
        Assert.Equal((status, before.Connection, before.LastTestedAt), (after.Status, after.Connection, after.LastTestedAt));
        Assert.Empty(await UpdatesAsync(service));
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task Credentials_that_may_not_use_the_key_are_refused_with_the_tests_code()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;

        TenantEncryptionException refusal = await Refusal.OfAsync(
            () => service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { ProfileName = "no-such-profile" }));

        Assert.Equal(ErrorCodes.CredentialsInvalid, refusal.Code);
        Assert.Null((await service.ProviderAsync("CMK")).Connection.ProfileName);
    }

    [Fact]
    public async Task What_nothing_reads_by_is_mended_without_a_test_and_then_passes_one()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider pending = await service.Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = "acme",
            Name = "CMK",
            KeyIdentifier = await service.Keys.CreateKeyAsync(),
            Connection = new KmsConnection { Region = "eu-west-2", EndpointUrl = NowhereUrl },
        });
        var update = new KeyProviderUpdate { Region = "eu-west-1", EndpointUrl = service.Keys.Url };

        Assert.Equal(0, (await service.Service.Providers.PlanUpdateAsync(pending.Id, update)).KmsCalls);
        KeyProvider mended = await service.Service.Providers.UpdateAsync(pending.Id, update);

        Assert.Equal(("eu-west-1", service.Keys.Url), (mended.Connection.Region, mended.Connection.EndpointUrl));
        Assert.Equal(0, service.Kms.Count);
        Assert.Equal(KeyProviderStatus.Active, (await service.Service.Providers.EnableAsync(pending.Id)).Status);
    }

    [Fact]
    public async Task A_region_in_which_the_key_is_not_is_refused()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { Region = "eu-west-3" }));

        Assert.Equal((ErrorCodes.WrongRegion, 0), (refusal.Code, service.Kms.Count));
    }

    [Fact]
    public async Task The_internal_KMS_has_a_name_and_no_connection()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string id = (await service.InternalAsync()).Id;

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Providers.UpdateAsync(id, new KeyProviderUpdate { EndpointUrl = NowhereUrl })));
        await service.Service.Providers.UpdateAsync(id, new KeyProviderUpdate { Name = "House keys" });

        Assert.Equal("House keys", (await service.InternalAsync()).Name);
        Assert.Equal([1], await service.ReadValueAsync(await service.ProtectValueAsync([1])));
    }

    [Fact]
    public async Task Another_process_uses_the_new_connection_within_a_second()
    {
        var time = new ManualTimeProvider();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { Time = time });
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService other = await service.OpenAnotherAsync(options => options with { Time = time });
        await other.ReadValueAsync(message);
        Assert.Equal(cmk.Connection.EndpointUrl, other.Kms.LastConnection?.EndpointUrl);

        await service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { EndpointUrl = Same(cmk) });
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([1], await other.ReadValueAsync(message));
        Assert.Equal(Same(cmk), other.Kms.LastConnection?.EndpointUrl);
        Assert.Equal([2], await service.ReadValueAsync(await other.ProtectValueAsync([2])));
    }

    [Fact]
    public async Task A_writer_at_work_goes_on_by_the_new_connection()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await using DataSession session = service.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 1 });

        await service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { EndpointUrl = Same(cmk) });

        Assert.Equal([2], await service.ReadValueAsync(await session.ProtectValueAsync("acme", new byte[] { 2 })));
    }

    [Fact]
    public async Task Replicas_are_asked_by_the_new_connection_too()
    {
        await using RegionScene scene = await RegionScene.BeginAsync();
        byte[] message = await scene.Service.ProtectValueAsync([1]);

        KeyProvider updated = await scene.Service.Service.Providers.UpdateAsync(scene.Cmk.Id, new KeyProviderUpdate { EndpointUrl = Same(scene.Cmk) });
        scene.ForgetKeys();
        scene.Shut(RegionScene.Home);

        Assert.Equal(scene.Cmk.ReplicaKeys, updated.ReplicaKeys);
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
        Assert.Equal((RegionScene.Backup, Same(scene.Cmk)), (scene.Service.Kms.LastConnection?.Region, scene.Service.Kms.LastConnection?.EndpointUrl));
    }

    [Fact]
    public async Task Grants_stay_and_are_looked_for_by_the_new_connection()
    {
        await using PlatformScene scene = await PlatformScene.BeginAsync("amazon-q-business");
        await scene.SetPolicyAsync();
        KeyProvider cmk = await scene.Service.Service.Providers.EnableAsync((await scene.RegisterAsync()).Id);
        byte[] message = await scene.Service.ProtectValueAsync([1]);

        KeyProvider updated = await scene.Service.Service.Providers.UpdateAsync(cmk.Id, new KeyProviderUpdate { EndpointUrl = Same(cmk) });
        scene.Service.Service.Keys.ClearLeases();

        Assert.Equal(cmk.Grants, updated.Grants);
        Assert.Equal([1], await scene.Service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_migration_under_way_goes_on_by_the_new_connection()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyProvider target = await service.RegisterAsync("CMK");
        KeyMigration suspended = await ProviderStateTests.SuspendedMigrationAsync(service, target);

        await service.Service.Providers.UpdateAsync(target.Id, new KeyProviderUpdate { Name = "Other", EndpointUrl = Same(target) });

        Assert.Equal(MigrationState.Completed, (await service.Service.Migrations.ResumeAsync(suspended.Id)).State);
    }

    [Fact]
    public async Task An_unknown_provider_is_told()
    {
        await using TestService service = await TestService.WithTenantAsync();

        Assert.Equal(ErrorCodes.ProviderNotFound, await Refusal.CodeOfAsync(() => service.Service.Providers.UpdateAsync("kp-none", new KeyProviderUpdate { Name = "x" })));
    }

    // The same KMS at another address.
    private static string Same(KeyProvider provider) => provider.Connection.EndpointUrl!.TrimEnd('/') + "/";

    private static async Task<List<EncryptionEvent>> UpdatesAsync(TestService service) =>
        [.. (await service.EventsAsync()).Where(one => one.Type.EndsWith("." + EventTypes.ProviderUpdated, StringComparison.Ordinal))];
}
