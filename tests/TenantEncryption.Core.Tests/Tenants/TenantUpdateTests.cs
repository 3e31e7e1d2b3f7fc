using System.Text;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Tenants;

/// <summary>Nothing of a tenant that is not fixed is for ever by a typo.</summary>
public sealed class TenantUpdateTests
{
    private const string Profile =
        """
        {
          "name": "acme-cloud", "description": "Acme's own.", "partitions": [ "aws" ], "contextKey": "AcmeTenant", "internalProvider": "Acme KMS",
          "eventPrefix": "com.acme.v1", "identifierForms": [ "KeyArn" ], "lifecycle": {}, "internalOnlyEditions": [ "Starter" ]
        }
        """;

    [Fact]
    public async Task A_name_a_region_and_an_edition_are_changed_told_and_taken_away()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var update = new TenantUpdate { DisplayName = "Acme", Region = "eu-west-1", Edition = "Enterprise" };

        EncryptionTenant changed = await service.Service.Tenants.UpdateAsync("acme", update);
        EncryptionTenant bare = await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { DisplayName = "", Region = "", Edition = "" });

        Assert.Equal(("Acme", "eu-west-1", "Enterprise"), (changed.DisplayName, changed.Region, changed.Edition));
        Assert.Equal((null, null, null), (bare.DisplayName, bare.Region, bare.Edition));
        Assert.Equal(bare, await service.Service.Tenants.GetAsync("acme"));
        EncryptionEvent[] told = await ToldAsync(service, EventTypes.TenantUpdated);
        Assert.Equal(2, told.Length);
        Assert.Equal("DisplayName,Region,Edition", string.Join(',', ((IEnumerable<object?>)told[0].Data["changes"]!).Cast<IReadOnlyDictionary<string, object?>>().Select(one => one["property"])));
    }

    [Fact]
    public async Task What_is_so_already_is_not_changed_again_and_what_would_change_can_be_asked_for()
    {
        await using TestService service = await TestService.WithTenantAsync();
        var update = new TenantUpdate { DisplayName = "Acme", KeyLease = TimeSpan.FromSeconds(30), UntracedReads = true };
        int events = (await service.EventsAsync()).Count;

        IReadOnlyList<PropertyChange> changes = await service.Service.Tenants.CompareAsync("acme", update);
        Assert.Equal(
            ["DisplayName from nothing to 'Acme'", "KeyLease from '00:05:00' to '00:00:30'", "UntracedReads from 'False' to 'True'"],
            changes.Select(change => change.ToString()));
        Assert.Equal(events, (await service.EventsAsync()).Count);

        EncryptionTenant changed = await service.Service.Tenants.UpdateAsync("acme", update);
        events = (await service.EventsAsync()).Count;
        Assert.Empty(await service.Service.Tenants.CompareAsync("acme", update));
        Assert.Equal(changed, await service.Service.Tenants.UpdateAsync("acme", update));
        Assert.Equal(changed, await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate()));
        Assert.Equal(events, (await service.EventsAsync()).Count);
    }

    [Fact]
    public async Task A_shorter_lease_binds_another_process_within_a_second()
    {
        var time = new ManualTimeProvider();
        (TestService service, _) = await TestService.WithCmkAsync(options => options with { Time = time });
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService other = await service.OpenAnotherAsync(options => options with { Time = time });
        await other.ReadValueAsync(message);
        await other.ReadValueAsync(message);
        Assert.Equal(1, other.Kms.Count);

        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { KeyLease = TimeSpan.Zero });
        time.Advance(TimeSpan.FromSeconds(1));
        await other.ReadValueAsync(message);
        await other.ReadValueAsync(message);

        Assert.Equal(3, other.Kms.Count);
    }

    [Fact]
    public async Task A_new_name_costs_no_process_its_leases()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        long epoch = (await service.Service.Tenants.GetAsync("acme")).Epoch;

        Assert.Equal(epoch, (await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { DisplayName = "Acme" })).Epoch);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_writer_goes_on_under_a_lease_that_was_changed_meanwhile()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        byte[] before = await session.ProtectValueAsync("acme", new byte[] { 1 });

        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { KeyLease = TimeSpan.FromSeconds(1) });

        byte[] after = await session.ProtectValueAsync("acme", new byte[] { 2 });
        Assert.Equal([1], await service.ReadValueAsync(before));
        Assert.Equal([2], await service.ReadValueAsync(after));
    }

    [Theory]
    [InlineData("00:00:00.0000030")]
    [InlineData("-00:00:01")]
    [InlineData("01:00:01")]
    public async Task A_lease_has_the_limits_of_a_new_tenants(string lease)
    {
        await using TestService service = await TestService.WithTenantAsync();
        var update = new TenantUpdate { DisplayName = "Acme", KeyLease = TimeSpan.Parse(lease, System.Globalization.CultureInfo.InvariantCulture) };

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Tenants.CompareAsync("acme", update)));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Tenants.UpdateAsync("acme", update)));
        Assert.Null((await service.Service.Tenants.GetAsync("acme")).DisplayName);
    }

    [Theory]
    [InlineData("eu-west-3", ErrorCodes.WrongRegion)]
    [InlineData("us-gov-west-1", ErrorCodes.WrongPartition)]
    [InlineData("eu-west-2", null)]
    public async Task A_region_is_one_that_the_platform_serves(string region, string? code)
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "q", Platform = "qlik-cloud", Region = "eu-west-1" });
        Task UpdateAsync() => service.Service.Tenants.UpdateAsync("q", new TenantUpdate { Region = region });

        if (code is null)
        {
            await UpdateAsync();
        }
        else
        {
            Assert.Equal(code, await Refusal.CodeOfAsync(UpdateAsync));
        }

        Assert.Equal(code is null ? region : "eu-west-1", (await service.Service.Tenants.GetAsync("q")).Region);
    }

    [Fact]
    public async Task A_region_in_which_the_Active_providers_key_is_not_is_refused_and_its_own_is_taken()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { Region = "eu-west-3" }));
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { Region = "eu-west-1" });

        Assert.Equal((ErrorCodes.WrongRegion, cmk.KeyArn), (refusal.Code, refusal.KeyArn));
        Assert.True((await service.Service.Providers.TestAsync(cmk.Id)).Success);
    }

    [Fact]
    public async Task An_edition_and_a_customer_master_key_exclude_each_other_both_ways()
    {
        await using TestService service = await TestService.OpenAsync();
        PlatformFile file = PlatformProfileReader.Read(Encoding.UTF8.GetBytes(Profile), "acme-cloud.json");
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", PlatformFile = file });
        KeyProvider cmk = await service.RegisterAsync("CMK");

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { Edition = "starter" }));
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { Edition = "Enterprise" });
        await service.Service.Providers.RemoveAsync(cmk.Id);
        await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { Edition = "starter" });

        Assert.Equal(ErrorCodes.TransitionForbidden, refusal.Code);
        Assert.Contains("'CMK'", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.RegisterAsync("Again")));
    }

    [Fact]
    public async Task That_reads_may_go_untraced_is_an_event_of_its_own_and_so_is_its_end()
    {
        await using TestService service = await TestService.WithTenantAsync();

        Assert.True((await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { UntracedReads = true })).UntracedReads);
        Assert.False((await service.Service.Tenants.UpdateAsync("acme", new TenantUpdate { UntracedReads = false })).UntracedReads);

        Assert.Single(await ToldAsync(service, EventTypes.UntracedReadsAllowed));
        Assert.Single(await ToldAsync(service, EventTypes.UntracedReadsEnded));
        Assert.Empty(await ToldAsync(service, EventTypes.TenantUpdated));
    }

    [Fact]
    public async Task An_unknown_tenant_is_told()
    {
        await using TestService service = await TestService.WithTenantAsync();

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.Service.Tenants.UpdateAsync("Acme", new TenantUpdate { DisplayName = "x" })));
    }

    private static async Task<EncryptionEvent[]> ToldAsync(TestService service, string type) =>
        [.. (await service.EventsAsync()).Where(one => one.Type.EndsWith("." + type, StringComparison.Ordinal))];
}
