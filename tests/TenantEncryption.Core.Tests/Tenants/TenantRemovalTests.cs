using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Tenants;

/// <summary>A tenant without data goes, with all that was kept of it but for what it did.</summary>
public sealed class TenantRemovalTests
{
    private static readonly string[] Kept = ["events", "anchored_heads", "settings", "spaces", "sessions", "platforms"];

    [Fact]
    public async Task A_tenant_without_data_goes_with_its_providers_keys_and_migrations()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "bystander" });

        TenantContents removed = await service.Service.Tenants.RemoveAsync("acme");

        Assert.Equal((2, 0L, 0L), (removed.Providers, removed.Messages, removed.Values));
        Assert.True(removed.Keys > 0);
        Assert.Equal(["bystander"], (await service.Service.Tenants.ListAsync()).Select(tenant => tenant.TenantId));
        AssertNothingIsKept(service);
        EncryptionEvent last = (await OfTenantAsync(service))[^1];
        Assert.EndsWith("." + EventTypes.TenantRemoved, last.Type, StringComparison.Ordinal);
        Assert.Equal(2L, last.Data["removedProviders"]);
        Assert.Contains(await OfTenantAsync(service), one => one.Type.EndsWith("." + EventTypes.ProviderDeleted, StringComparison.Ordinal) && (string?)one.Data["providerId"] == cmk.Id);
    }

    [Fact]
    public async Task Its_events_stay_and_verify_and_it_is_made_anew_at_their_end()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Keys.RotateAsync("acme");
        long before = (await service.Service.Events.GetHeadAsync("acme")).Sequence;
        await service.Service.Tenants.RemoveAsync("acme");
        await using (TestService later = await service.OpenAnotherAsync())
        {
            Assert.True((await later.Service.Events.VerifyAsync("acme")).Success);
            Assert.Contains((await later.Service.DescribeAsync()).Heads, head => head.Head.TenantId == "acme" && !head.RolledBack);
            Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => later.Service.Tenants.GetAsync("acme")));
        }

        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", DisplayName = "Anew" });

        await using TestService last = await service.OpenAnotherAsync();
        Assert.Equal([1], await last.ReadValueAsync(await last.ProtectValueAsync([1])));
        EventLogTestResult log = await last.Service.Events.VerifyAsync("acme");
        Assert.True(log.Success);
        Assert.True(log.Records > before + 2);
        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task Its_events_verify_after_the_root_key_was_rotated_and_go_on()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.RemoveAsync("acme");

        await service.Service.RootKey.RotateAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });

        Assert.True((await service.Service.Events.VerifyAsync()).Success);
        Assert.Equal([1], await service.ReadValueAsync(await service.ProtectValueAsync([1])));
    }

    [Fact]
    public async Task Files_and_values_are_a_reason_to_refuse_and_are_told_with_what_lists_them()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectValueAsync([1]);
        int events = (await service.EventsAsync()).Count;

        foreach (Func<Task> remove in new Func<Task>[] { () => service.Service.Tenants.CheckRemovalAsync("acme"), () => service.Service.Tenants.RemoveAsync("acme") })
        {
            TenantEncryptionException refusal = await Refusal.OfAsync(remove);
            Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
            Assert.Contains("1 file and up to 1 value", refusal.Detail, StringComparison.Ordinal);
            Assert.Contains("TenantDataProtector.ListCatalogAsync", refusal.Remedy, StringComparison.Ordinal);
        }

        Assert.Equal(events, (await service.EventsAsync()).Count);
    }

    [Fact]
    public async Task Values_alone_are_a_reason_to_refuse_and_so_are_files_whose_key_is_gone()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "values" });
        await service.ProtectValueAsync([1], "values");

        Assert.Contains("1 file and up to 0 values", (await Refusal.OfAsync(() => service.Service.Tenants.RemoveAsync("acme"))).Detail, StringComparison.Ordinal);
        Assert.Contains("0 files and up to 1 value", (await Refusal.OfAsync(() => service.Service.Tenants.RemoveAsync("values"))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_force_the_data_goes_too_and_is_lost_for_good()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string file = await service.ProtectAsync(service.Folders.Random("one"));
        byte[] message = await service.ProtectValueAsync([1]);

        TenantContents removed = await service.Service.Tenants.RemoveAsync("acme", force: true);

        Assert.Equal((1L, 1L), (removed.Messages, removed.Values));
        AssertNothingIsKept(service);
        Assert.Equal(ErrorCodes.TenantNotFound, await service.CodeOfReadingAsync(message));
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.WrongKey, (await service.UnprotectAsync(file, service.Folders.At("out"))).Error?.Code);
    }

    [Fact]
    public async Task The_leases_of_another_process_end_within_a_second_although_the_tenant_is_made_anew()
    {
        var time = new ManualTimeProvider();
        await using TestService service = await TestService.WithTenantAsync(options => options with { Time = time });
        byte[] message = await service.ProtectValueAsync([1]);
        await using TestService other = await service.OpenAnotherAsync(options => options with { Time = time });
        await other.ReadValueAsync(message);

        await service.Service.Tenants.RemoveAsync("acme", force: true);
        Assert.Equal(ErrorCodes.TenantNotFound, await service.CodeOfReadingAsync(message));
        EncryptionTenant anew = await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.WrongKey, await other.CodeOfReadingAsync(message));
        Assert.Equal(anew.Epoch, (await other.Service.Tenants.GetAsync("acme")).Epoch);
        Assert.Equal([2], await service.ReadValueAsync(await other.ProtectValueAsync([2])));
    }

    [Fact]
    public async Task No_tenant_goes_while_a_writer_is_at_work_even_with_force_and_one_that_died_holds_nothing_up()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            await session.ProtectValueAsync("acme", new byte[] { 1 });
            await using TestService other = await service.OpenAnotherAsync();

            TenantEncryptionException refusal = await Refusal.OfAsync(() => other.Service.Tenants.RemoveAsync("acme", force: true));

            Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
            Assert.Contains("writers", refusal.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("force", refusal.Message, StringComparison.Ordinal);
        }

        service.Sql("INSERT INTO sessions VALUES ('ses-dead', 'here', 'before', 1, 1, 1, 1)");
        service.Sql("INSERT INTO wrap_reservations SELECT 'res-dead', tenant_id, kek_id, provider_id, 1, 1, 'ses-dead' FROM key_encryption_keys");
        await service.Service.Tenants.RemoveAsync("acme", force: true);
        AssertNothingIsKept(service);
    }

    [Fact]
    public async Task No_tenant_goes_while_a_migration_is_unfinished_even_with_force()
    {
        await using TestService service = await TestService.WithTenantAsync();
        KeyMigration suspended = await ProviderStateTests.SuspendedMigrationAsync(service, await service.RegisterAsync("CMK"));

        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.Service.Tenants.RemoveAsync("acme", force: true)));
        await service.Service.Migrations.StopAsync(suspended.Id);
        await service.Service.Tenants.RemoveAsync("acme", force: true);

        AssertNothingIsKept(service);
    }

    [Fact]
    public async Task A_parent_stays_as_long_as_it_has_children()
    {
        await using TestService service = await TestService.OpenAsync();
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "environment", Platform = "amazon-q-business" });
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "index", Platform = "amazon-q-business", Parent = "environment" });

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Tenants.RemoveAsync("environment", force: true));
        await service.Service.Tenants.RemoveAsync("index");
        await service.Service.Tenants.RemoveAsync("environment");

        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.Contains("'index'", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains(await service.EventsAsync(), one => one.Type == $"amazon.q.v1.encryption.{EventTypes.TenantRemoved}");
    }

    [Fact]
    public async Task A_row_of_a_removed_tenant_that_is_put_back_is_noticed()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.RemoveAsync("acme");
        service.Tamper("INSERT INTO tenants (tenant_id, platform, key_hierarchy, key_lease_ticks, untraced_reads, epoch, created_at) VALUES ('acme', 'standalone', 'Hierarchical', 0, 0, 1, '2001-02-03T04:05:06.0000000Z')");

        await using TestService later = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => later.Service.Tenants.GetAsync("acme")));
    }

    private static async Task<EncryptionEvent[]> OfTenantAsync(TestService service) => [.. (await service.EventsAsync()).Where(one => one.TenantId == "acme")];

    private static void AssertNothingIsKept(TestService service)
    {
        string tables = (string)service.SqlValue("SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")!;
        Assert.All(
            tables.Split(' ').Except(Kept),
            table => Assert.Equal(0L, service.SqlValue(table.StartsWith("migration_", StringComparison.Ordinal)
                ? $"SELECT count(*) FROM {table} WHERE migration_id NOT IN (SELECT id FROM migrations)"
                : $"SELECT count(*) FROM {table} WHERE tenant_id = 'acme'")));
    }
}
