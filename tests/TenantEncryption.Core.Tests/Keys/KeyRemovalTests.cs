using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers;
using TenantEncryption.Tests.Recovery;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Keys;

/// <summary>A key-encryption key dies when nothing needs it, and not before.</summary>
public sealed class KeyRemovalTests
{
    [Fact]
    public async Task A_compromised_key_dies_once_its_messages_were_written_anew()
    {
        await using TestService service = await TestService.WithTenantAsync(keyLease: TimeSpan.Zero);
        string source = service.Folders.Random("one");
        byte[] content = await File.ReadAllBytesAsync(source);
        string message = await service.ProtectAsync(source);
        string copy = service.Folders.At("copy.tenc");
        File.Copy(message, copy);
        KeyEncryptionKey old = (await service.Service.Keys.ListAsync("acme"))[0];

        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, KekIds = [old.KekId] });
        KeyEncryptionKey removed = await service.Service.Keys.RemoveAsync("acme", old.KekId);

        Assert.Equal((old.KekId, 0L, 0L), (removed.KekId, removed.Messages, removed.Values));
        Assert.DoesNotContain(await service.Service.Keys.ListAsync("acme"), key => key.KekId == old.KekId);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("out"))).Error);
        Assert.Equal(content, await File.ReadAllBytesAsync(service.Folders.At("out")));
        Assert.Equal(ErrorCodes.WrongKey, (await service.UnprotectAsync(copy, service.Folders.At("out-of-copy"))).Error?.Code);
        EncryptionEvent told = Assert.Single(await service.EventsAsync(), one => one.Type.EndsWith("." + EventTypes.KeyRemoved, StringComparison.Ordinal));
        Assert.Equal((old.KekId, "internal"), ((string?)told.Data["kekId"], (string?)told.Data["keyArn"]));
        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task The_Current_key_stays_even_with_force()
    {
        await using TestService service = await TestService.WithTenantAsync(keyLease: TimeSpan.Zero);
        KeyEncryptionKey current = Assert.Single(await service.Service.Keys.ListAsync("acme"));

        Assert.Equal(ErrorCodes.TransitionForbidden, await CodeAsync(service, current.KekId, force: true));
    }

    [Fact]
    public async Task Files_and_values_are_a_reason_to_refuse_and_are_told_with_what_lists_them()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        int events = (await service.EventsAsync()).Count;

        foreach (Func<Task> remove in new Func<Task>[] { () => service.Service.Keys.CheckRemovalAsync("acme", kekId), () => service.Service.Keys.RemoveAsync("acme", kekId) })
        {
            TenantEncryptionException refusal = await Refusal.OfAsync(remove);
            Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
            Assert.Contains($"1 file and up to 2 values outside the catalog depend on the key {kekId}", refusal.Detail, StringComparison.Ordinal);
            Assert.Contains($"ListCatalogAsync(tenantId: 'acme', kekId: {kekId})", refusal.Remedy, StringComparison.Ordinal);
        }

        Assert.Equal(events, (await service.EventsAsync()).Count);
        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);
        Assert.Equal(ErrorCodes.WrongKey, (await service.UnprotectAsync(service.Folders.At("one.tenc"), service.Folders.At("out"))).Error?.Code);
    }

    [Fact]
    public async Task Values_alone_are_a_reason_to_refuse()
    {
        await using TestService service = await TestService.WithTenantAsync(keyLease: TimeSpan.Zero);
        await service.ProtectValueAsync([1]);
        string kekId = (await service.Service.Keys.ListAsync("acme"))[0].KekId;
        await service.Service.Keys.RotateAsync("acme");

        Assert.Contains("0 files and up to 1 value ", (await Refusal.OfAsync(() => service.Service.Keys.RemoveAsync("acme", kekId))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_key_goes_before_the_longest_lease_has_passed_since_another_one_took_its_place_even_with_force()
    {
        var time = new ManualTimeProvider();
        (TestService service, string kekId) = await WithRetiredKeyAsync(options => options with { Time = time }, TimeSpan.FromMinutes(5));
        await using TestService owned = service;
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));

        TenantEncryptionException refusal = await Refusal.OfAsync(() => service.Service.Keys.RemoveAsync("acme", kekId, force: true));
        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.DoesNotContain("force", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("longest lease", refusal.Detail, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(1));
        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);
    }

    [Fact]
    public async Task The_wait_counts_from_the_rotation_and_not_from_the_making_of_the_key_that_was_staged_before_it()
    {
        var time = new ManualTimeProvider();
        (TestService service, string kekId) = await WithRetiredKeyAsync(options => options with { Time = time }, TimeSpan.FromMinutes(5));
        await using TestService owned = service;
        time.Advance(TimeSpan.FromMinutes(6));
        await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("CMK")).Id);
        time.Advance(TimeSpan.FromMinutes(4));

        // The key was Current long ago; that it was moved since means that it was opened.
        Assert.Contains("longest lease", (await Refusal.OfAsync(() => service.Service.Keys.RemoveAsync("acme", kekId, force: true))).Detail, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(1));
        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);
    }

    [Fact]
    public async Task No_key_goes_while_a_writer_holds_a_reservation_under_it_even_with_force_and_writers_under_others_do_not_matter()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        await using DataSession session = service.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 1 });
        string used = (await service.Service.Keys.ListAsync("acme"))[^1].KekId;
        await using TestService other = await service.OpenAnotherAsync();
        await other.Service.Keys.RotateAsync("acme");

        TenantEncryptionException refusal = await Refusal.OfAsync(() => other.Service.Keys.RemoveAsync("acme", used, force: true));
        Assert.Equal(ErrorCodes.HasDependants, refusal.Code);
        Assert.Contains("writers", refusal.Detail, StringComparison.Ordinal);
        await other.Service.Keys.RemoveAsync("acme", kekId, force: true);
    }

    [Fact]
    public async Task A_writer_that_died_does_not_hold_up_a_removal()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        service.Sql("INSERT INTO sessions VALUES ('ses-dead', 'here', 'before', 1, 1, 1, 1)");
        service.Sql("INSERT INTO wrap_reservations SELECT 'res-dead', tenant_id, kek_id, provider_id, 1, 1, 'ses-dead' FROM key_encryption_keys WHERE kek_id = $id", ("$id", kekId));

        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);
    }

    [Fact]
    public async Task No_key_goes_while_a_migration_is_unfinished_even_with_force()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        await ProviderStateTests.SuspendedMigrationAsync(service, await service.RegisterAsync("CMK"));

        Assert.Equal(ErrorCodes.MigrationRunning, await CodeAsync(service, kekId, force: true));
    }

    [Fact]
    public async Task The_leases_of_another_process_end_within_a_second()
    {
        var time = new ManualTimeProvider();
        await using TestService service = await TestService.WithTenantAsync(options => options with { Time = time });
        byte[] message = await service.ProtectValueAsync([1]);
        string kekId = (await service.Service.Keys.ListAsync("acme"))[0].KekId;
        await service.Service.Keys.RotateAsync("acme");
        time.Advance(TimeSpan.FromMinutes(5));
        await using TestService other = await service.OpenAnotherAsync(options => options with { Time = time });
        Assert.Equal([1], await other.ReadValueAsync(message));

        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfReadingAsync(message));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(ErrorCodes.WrongKey, await other.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task An_older_key_ring_does_not_bring_it_back()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        string ring = await service.ExportAsync(RingScene.Right);
        await service.Service.Keys.RemoveAsync("acme", kekId, force: true);

        await service.ImportAsync(ring, RingScene.Right);

        Assert.DoesNotContain(await service.Service.Keys.ListAsync("acme"), key => key.KekId == kekId);
    }

    [Theory]
    [InlineData("acme", "kek-00000000000000000000", ErrorCodes.InvalidInput)]
    [InlineData("acme", "", ErrorCodes.InvalidInput)]
    [InlineData("Acme", "kek-00000000000000000000", ErrorCodes.TenantNotFound)]
    public async Task What_is_not_there_is_said(string tenantId, string kekId, string code)
    {
        await using TestService service = await TestService.WithTenantAsync();

        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.Service.Keys.RemoveAsync(tenantId, kekId)));
    }

    [Fact]
    public async Task Another_tenants_key_is_not_this_ones()
    {
        (TestService service, string kekId) = await WithRetiredKeyAsync();
        await using TestService owned = service;
        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex", KeyLease = TimeSpan.Zero });

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Keys.RemoveAsync("globex", kekId, force: true)));
    }

    private static Task<string> CodeAsync(TestService service, string kekId, bool force) => Refusal.CodeOfAsync(() => service.Service.Keys.RemoveAsync("acme", kekId, force));

    // A file and two values under a key that is Previous since.
    private static async Task<(TestService Service, string KekId)> WithRetiredKeyAsync(
        Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null, TimeSpan? lease = null)
    {
        TestService service = await TestService.WithTenantAsync(change, lease ?? TimeSpan.Zero);
        await service.ProtectAsync(service.Folders.Random("one"));
        await service.ProtectValueAsync([1]);
        await service.ProtectValueAsync([2]);
        string kekId = (await service.Service.Keys.ListAsync("acme"))[0].KekId;
        await service.Service.Keys.RotateAsync("acme");
        return (service, kekId);
    }
}
