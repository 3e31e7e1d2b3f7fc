using Newtonsoft.Json.Linq;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys;
using TenantEncryption.Migration;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Recovery;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Recovery;

/// <summary>A tenant is read on a machine that has its key ring and its provider alone, and nothing that was retired comes back by a ring.</summary>
public sealed class KeyRingTests
{
    [Fact]
    public async Task A_new_machine_reads_with_the_ring_and_the_provider_alone_and_writes_under_its_own_internal_kms()
    {
        await using TestService old = await MovedAsync();
        byte[] message = await old.ProtectValueAsync([1, 2, 3]);
        KeyEncryptionKey[] keys = [.. await old.Service.Keys.ListAsync("acme")];
        string ring = await old.ExportAsync();
        await using TestService machine = await TestService.OpenAsync();
        Assert.Equal(ErrorCodes.TenantNotFound, await machine.CodeOfReadingAsync(message));

        KeyRingImport import = await machine.ImportAsync(ring);

        Assert.Equal((true, keys.Length, 0, 0, 0), (import.NewTenant, import.Keys, import.KnownKeys, import.LeftOut, import.Failed));
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
        KeyProvider cmk = await machine.ProviderAsync("CMK");
        Assert.Equal((KeyProviderStatus.Archived, keys[0].ProviderId), (cmk.Status, cmk.Id));
        Assert.Equal(KeyProviderStatus.Active, (await machine.InternalAsync()).Status);
        KeyEncryptionKey current = Assert.Single(await machine.Service.Keys.ListAsync("acme"), key => key.Status == KeyEncryptionKeyStatus.Current);
        Assert.DoesNotContain(current.KekId, keys.Select(key => key.KekId));
        Assert.Equal(current.KekId, await machine.KekOfNewAsync());
        Assert.Equal([.. keys.Select(key => key.KekId), current.KekId], (await machine.Service.Keys.ListAsync("acme")).Select(key => key.KekId));
        Assert.Equal(["keyprovider.created", "keyring.imported", "tenant.created"], await machine.TypesAsync());
        Assert.True((await machine.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task What_is_imported_can_be_moved_to_the_provider_again_and_goes_on()
    {
        await using TestService old = await MovedAsync();
        byte[] message = await old.ProtectValueAsync([1, 2, 3]);
        await using TestService machine = await TestService.OpenAsync();
        await machine.ImportAsync(await old.ExportAsync());

        KeyMigration migration = await machine.Service.Migrations.StartAsync("acme", (await machine.ProviderAsync("CMK")).Id);

        Assert.Equal((MigrationState.Completed, 0L), (migration.State, migration.Failed));
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
        Assert.Equal([4], await machine.ReadValueAsync(await machine.ProtectValueAsync([4])));
    }

    [Fact]
    public async Task Imported_keys_count_as_needed_so_that_nobody_removes_them_unasked()
    {
        await using TestService old = await MovedAsync();
        await old.ProtectValueAsync([1]);
        string ring = await old.ExportAsync();
        string told = RingScene.Edit(ring, json => Array.ForEach([.. json["keys"]!], key => key["reservedWraps"] = 0));
        await using TestService machine = await TestService.OpenAsync();
        await machine.ImportAsync(told);

        Assert.Equal(ErrorCodes.HasDependants, await Refusal.CodeOfAsync(async () => await machine.Service.Providers.RemoveAsync((await machine.ProviderAsync("CMK")).Id)));
    }

    [Fact]
    public async Task What_the_internal_kms_seals_is_exported_under_a_passphrase_only_and_opens_on_a_machine_with_another_root_key()
    {
        await using TestService old = await TestService.WithTenantAsync();
        byte[] message = await old.ProtectValueAsync([1, 2, 3]);
        string path = old.Folders.At("none.json");
        Assert.Equal(ErrorCodes.PassphraseRequired, await Refusal.CodeOfAsync(() => old.Service.KeyRings.ExportAsync("acme", path, null)));
        Assert.Equal(ErrorCodes.PassphraseRequired, await Refusal.CodeOfAsync(() => old.Service.KeyRings.CheckExportAsync("acme", hasPassphrase: false)));
        Assert.False(File.Exists(path));
        Assert.DoesNotContain(await old.EventsAsync(), one => one.Type.EndsWith(EventTypes.KeyRingExported, StringComparison.Ordinal));
        using SecretBytes empty = RingScene.Passphrase("");
        Assert.Equal(ErrorCodes.PassphraseRequired, await Refusal.CodeOfAsync(() => old.Service.KeyRings.ExportAsync("acme", path, empty)));

        string ring = await old.ExportAsync(RingScene.Right);
        await using TestService machine = await TestService.OpenAsync();
        KeyRingImport import = await machine.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions());

        Assert.Equal((true, 1), (import.NewTenant, import.Keys));
        Assert.Empty(import.Providers);
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
        Assert.Empty(machine.Kms.Calls);
        Assert.All(await machine.Service.Keys.ListAsync("acme"), key => Assert.Equal("internal", key.Record.KeyArn));
        await machine.Service.RootKey.RotateAsync();
        machine.Service.Keys.ClearLeases();
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task The_root_key_of_the_old_machine_opens_nothing_of_a_ring()
    {
        await using TestService old = await TestService.WithTenantAsync();
        await old.ProtectValueAsync([1]);
        KeyRecord record = Assert.Single(await old.Service.Keys.ListAsync("acme")).Record;

        var exported = (JObject)JObject.Parse(await File.ReadAllTextAsync(await old.ExportAsync(RingScene.Right)))["keys"]![0]!;

        Assert.NotEqual(Convert.ToBase64String(record.SealedShare), (string?)exported["sealedShare"]);
        Assert.NotEqual(Convert.ToBase64String(record.SealedKek), (string?)exported["sealedKek"]);
        Assert.Equal(KeyRingSeal.SealedShareLength, Convert.FromBase64String((string)exported["sealedShare"]!).Length);
    }

    [Fact]
    public async Task Two_layers_need_the_passphrase_and_the_master_key()
    {
        (TestService service, KeyProvider both) = await TestService.WithSecondLayerAsync();
        await using TestService old = service;
        byte[] message = await old.ProtectValueAsync([1, 2, 3]);
        string ring = await old.ExportAsync(RingScene.Right);
        await using TestService machine = await TestService.OpenAsync();

        KeyRingImport import = await machine.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions());

        Assert.Equal((2, 0), (import.Keys, import.Failed));
        Assert.True((await machine.ProviderAsync("Both")).SecondLayer);
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
        await old.Keys.DisableAsync(both.KeyArn!);
        machine.Service.Keys.ClearLeases();
        Assert.Equal(ErrorCodes.KeyDisabled, await machine.CodeOfReadingAsync(message));
        await using TestService third = await TestService.OpenAsync();
        KeyRingImport half = await third.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions());
        Assert.Equal((1, ErrorCodes.KeyDisabled), (half.Keys, Assert.Single(half.Failures).Error.Code));
        Assert.Empty(half.Providers);
    }

    [Fact]
    public async Task Importing_twice_changes_nothing_the_second_time_and_asks_no_kms()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync();
        await using TestService machine = await TestService.OpenAsync();
        await machine.ImportAsync(ring);
        int events = (await machine.EventsAsync()).Count;
        machine.Kms.Forget();

        Assert.False((await machine.PlanAsync(ring)).IsNeeded);
        KeyRingImport again = await machine.ImportAsync(ring);

        Assert.Equal((false, 0, 2), (again.NewTenant, again.Keys, again.KnownKeys));
        Assert.Empty(machine.Kms.Calls);
        Assert.Equal(events, (await machine.EventsAsync()).Count);
        Assert.Equal(0, (await old.ImportAsync(ring)).Keys);
    }

    [Fact]
    public async Task A_plan_tells_the_calls_that_the_import_makes()
    {
        (TestService service, KeyProvider _) = await TestService.WithSecondLayerAsync();
        await using TestService old = service;
        string ring = await old.ExportAsync(RingScene.Right);
        int calls = 0;
        await using TestService machine = await TestService.OpenAsync(options => options with { OnKmsCall = _ => calls++ });

        KeyRingImportPlan plan = await machine.PlanAsync(ring, RingScene.Right, new KeyRingImportOptions());
        Assert.Equal(0, calls);
        await machine.ImportAsync(ring, RingScene.Right, new KeyRingImportOptions());

        Assert.Equal(plan.KmsCalls, calls);
        Assert.Equal(("standalone", 2, true), (plan.NewTenantPlatform, plan.Keys, plan.IsNeeded));
    }

    [Fact]
    public async Task A_removed_provider_is_not_revived_by_an_older_ring()
    {
        await using TestService service = await MovedAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        string ring = await service.ExportAsync();
        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        KeyProvider cmk = await service.ProviderAsync("CMK");
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);
        KeyProvider next = await service.RegisterAsync("Next");
        await service.Service.Migrations.StartAsync("acme", next.Id);

        KeyRingImport import = await service.ImportAsync(ring);

        Assert.Equal((0, 2), (import.Keys, import.KnownKeys));
        Assert.DoesNotContain(await service.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" }), one => one.Id == cmk.Id);
        Assert.Equal([1], await service.ReadValueAsync(message));
    }

    [Fact]
    public async Task Keys_that_went_with_their_provider_stay_gone()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        string ring = await service.ExportAsync(RingScene.Right);
        KeyProvider next = await service.RegisterAsync("Next");
        await service.Service.Providers.EnableAsync(next.Id);
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);

        KeyRingImportPlan plan = await service.PlanAsync(ring, RingScene.Right);
        KeyRingImport import = await service.ImportAsync(ring, RingScene.Right);

        Assert.Equal((0, 1, 1), (import.Keys, import.KnownKeys, import.LeftOut));
        Assert.Contains("removed it", Assert.Single(plan.LeftOut), StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.WrongKey, await service.CodeOfReadingAsync(message));
    }

    [Fact]
    public async Task Who_removes_the_events_that_tell_of_a_removal_revives_nothing()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        string ring = await service.ExportAsync(RingScene.Right);
        KeyProvider next = await service.RegisterAsync("Next");
        await service.Service.Providers.EnableAsync(next.Id);
        await service.Service.Providers.RemoveAsync(cmk.Id, force: true);
        service.Tamper($"UPDATE events SET json = replace(json, '{cmk.Id}', 'kp-00000000000000000000') WHERE chain = 'acme' AND sequence < (SELECT max(sequence) FROM events WHERE chain = 'acme')");

        Assert.Equal(ErrorCodes.EventLogAltered, await Refusal.CodeOfAsync(() => service.ImportAsync(ring, RingScene.Right)));
    }

    [Fact]
    public async Task A_deactivated_provider_stays_so_and_its_keys_stay_out()
    {
        await using TestService old = await MovedAsync();
        string ring = await old.ExportAsync();
        await using TestService machine = await TestService.OpenAsync();
        string fewer = RingScene.Edit(ring, json => json["keys"]![1]!.Remove());
        await machine.ImportAsync(fewer);
        KeyProvider cmk = await machine.ProviderAsync("CMK");
        await machine.Service.Providers.DisableAsync(cmk.Id, force: true);

        KeyRingImport import = await machine.ImportAsync(ring);

        Assert.Equal((0, 1, 1), (import.Keys, import.KnownKeys, import.LeftOut));
        Assert.Equal(KeyProviderStatus.Deactivated, (await machine.ProviderAsync("CMK")).Status);
    }

    [Fact]
    public async Task A_provider_that_was_deactivated_when_its_ring_was_exported_comes_deactivated()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService old = service;
        byte[] message = await old.ProtectValueAsync([1]);
        KeyProvider next = await old.RegisterAsync("Next");
        await old.Service.Providers.EnableAsync(next.Id);
        await old.Service.Providers.DisableAsync(cmk.Id, force: true);
        await using TestService machine = await TestService.OpenAsync();

        await machine.ImportAsync(await old.ExportAsync(RingScene.Right), RingScene.Right);

        Assert.Equal(KeyProviderStatus.Deactivated, (await machine.ProviderAsync("CMK")).Status);
        Assert.Equal(KeyProviderStatus.Archived, (await machine.ProviderAsync("Next")).Status);
        Assert.Equal(ErrorCodes.ProviderDeactivated, await machine.CodeOfReadingAsync(message));
        await machine.Service.Providers.RestoreAsync(cmk.Id);
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_removed_tenant_does_not_come_back()
    {
        await using TestService service = await MovedAsync();
        string ring = await service.ExportAsync();
        await service.Service.Tenants.RemoveAsync("acme", force: true);
        Assert.Equal(ErrorCodes.TransitionForbidden, await Refusal.CodeOfAsync(() => service.ImportAsync(ring)));

        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
        KeyRingImport import = await service.ImportAsync(ring);

        Assert.Equal((0, 2), (import.Keys, import.LeftOut));
        Assert.Single(await service.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" }));
    }

    [Fact]
    public async Task Keys_that_a_restored_backup_does_not_know_come_back_by_a_newer_ring()
    {
        await using TestService service = await MovedAsync();
        string backup = service.Folders.At("backup.db");
        service.Sql("VACUUM INTO $to", ("$to", backup));
        await service.Service.Keys.RotateAsync("acme");
        byte[] newer = await service.ProtectValueAsync([7]);
        string ring = await service.ExportAsync();
        await service.CloseAsync();
        service.PutDatabase(backup);
        await using TestService restored = await service.OpenAnotherAsync();
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => restored.ImportAsync(ring)));
        await restored.Service.AcceptRollbackAsync();
        Assert.Equal(ErrorCodes.WrongKey, await restored.CodeOfReadingAsync(newer));

        KeyRingImport import = await restored.ImportAsync(ring);

        Assert.Equal((false, 1, 2), (import.NewTenant, import.Keys, import.KnownKeys));
        Assert.Equal([7], await restored.ReadValueAsync(newer));
        Assert.Equal(KeyProviderStatus.Active, (await restored.ProviderAsync("CMK")).Status);
    }

    [Fact]
    public async Task A_provider_that_was_registered_anew_on_the_same_master_key_takes_the_keys_over()
    {
        await using TestService old = await MovedAsync();
        byte[] message = await old.ProtectValueAsync([1]);
        string arn = (await old.ProviderAsync("CMK")).KeyArn!;
        string ring = await old.ExportAsync();
        await using TestService machine = await TestService.WithTenantAsync();
        KeyProvider anew = await machine.RegisterAsync("Anew", keyIdentifier: arn);
        Assert.Equal(ErrorCodes.ProviderExists, await Refusal.CodeOfAsync(() => machine.ImportAsync(ring)));
        await machine.Service.Providers.EnableAsync(anew.Id);

        // The store says whose the master key is.
        KeyRingImport import = await machine.ImportAsync(ring, options: new KeyRingImportOptions());

        Assert.Equal((2, 0), (import.Keys, import.Failed));
        Assert.Equal([1], await machine.ReadValueAsync(message));
        string before = (await old.ProviderAsync("CMK")).Id;
        Assert.DoesNotContain(await machine.Service.Keys.ListAsync("acme"), key => key.ProviderId == before);
        Assert.Equal(KeyProviderStatus.Active, (await machine.ProviderAsync("Anew")).Status);
    }

    [Fact]
    public async Task Messages_of_a_direct_tenant_open_by_the_imported_provider_without_a_key_of_its_own()
    {
        await using TestService old = await TestService.WithTenantAsync(hierarchy: KeyHierarchy.Direct);
        KeyProvider first = await old.RegisterAsync("First");
        await old.Service.Migrations.StartAsync("acme", first.Id);
        byte[] message = await old.ProtectValueAsync([1, 2, 3]);
        KeyProvider second = await old.RegisterAsync("Second");
        await old.Service.Migrations.StartAsync("acme", second.Id);
        string ring = await old.ExportAsync();
        int calls = 0;
        await using TestService machine = await TestService.OpenAsync(options => options with { OnKmsCall = _ => calls++ });

        KeyRingImportPlan plan = await machine.PlanAsync(ring);
        KeyRingImport import = await machine.ImportAsync(ring);

        Assert.Equal(["First", "Second"], import.Providers.Order());
        Assert.Equal(plan.KmsCalls, calls);
        Assert.Equal(KeyHierarchy.Direct, (await machine.Service.Tenants.GetAsync("acme")).KeyHierarchy);
        Assert.Equal([1, 2, 3], await machine.ReadValueAsync(message));
        await old.Keys.DisableAsync(first.KeyArn!);
        await using TestService third = await TestService.OpenAsync();
        Assert.Equal(["Second"], (await third.ImportAsync(ring)).Providers);
    }

    [Fact]
    public async Task A_child_comes_after_its_parent()
    {
        await using TestService old = await TestService.OpenAsync();
        PlatformFile platform = Family();
        await old.Service.Tenants.CreateAsync(new NewTenant { TenantId = "parent", PlatformFile = platform });
        KeyProvider cmk = await old.RegisterAsync("CMK", "parent");
        await old.Service.Migrations.StartAsync("parent", cmk.Id);
        await old.Service.Tenants.CreateAsync(new NewTenant { TenantId = "child", PlatformFile = platform, Parent = "parent" });
        byte[] message = await old.ProtectValueAsync([1], "child");
        string parent = await old.ExportAsync(RingScene.Right, "parent");
        string child = await old.ExportAsync(RingScene.Right, "child");
        await using TestService machine = await TestService.OpenAsync();

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => machine.ImportAsync(child, RingScene.Right)));
        await machine.ImportAsync(parent, RingScene.Right);
        await machine.ImportAsync(child, RingScene.Right);

        Assert.Equal("parent", (await machine.Service.Tenants.GetAsync("child")).Parent);
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_platform_of_ones_own_comes_with_a_sealed_ring_only()
    {
        await using TestService old = await TestService.OpenAsync();
        PlatformFile platform = Family();
        await old.Service.Tenants.CreateAsync(new NewTenant { TenantId = "acme", PlatformFile = platform });
        await old.Service.Migrations.StartAsync("acme", (await old.RegisterAsync("CMK")).Id);
        byte[] message = await old.ProtectValueAsync([1]);
        string ring = await old.ExportAsync();
        string planted = RingScene.Edit(ring, json => json["tenant"]!["platformProfile"] = platform.Json);
        await using TestService machine = await TestService.OpenAsync();

        Assert.Equal(ErrorCodes.InvalidPlatform, await Refusal.CodeOfAsync(() => machine.ImportAsync(ring)));
        Assert.Equal(ErrorCodes.InvalidPlatform, await Refusal.CodeOfAsync(() => machine.ImportAsync(planted)));
        await machine.ImportAsync(await old.ExportAsync(RingScene.Right), RingScene.Right);

        Assert.Equal("family", (await machine.Service.Tenants.GetAsync("acme")).Platform);
        Assert.Equal([1], await machine.ReadValueAsync(message));
    }

    [Fact]
    public async Task A_file_is_its_owners_alone_and_none_is_replaced_unless_told()
    {
        await using TestService service = await MovedAsync();
        string ring = await service.ExportAsync();
        byte[] before = await File.ReadAllBytesAsync(ring);

        Assert.Equal(ErrorCodes.OutputExists, await Refusal.CodeOfAsync(() => service.Service.KeyRings.ExportAsync("acme", ring, null)));
        Assert.Equal(ErrorCodes.OutputExists, await Refusal.CodeOfAsync(() => service.Service.KeyRings.ExportAsync("acme", service.Folders.Work, null, replace: true)));
        Assert.Equal(before, await File.ReadAllBytesAsync(ring));
        KeyRingExport export = await service.Service.KeyRings.ExportAsync("acme", ring, null, replace: true);

        Assert.Equal((2, 0, 2, false), (export.Keys, export.KeysOfInternalKms, export.Providers, export.Sealed));
        EncryptionEvent told = (await service.EventsAsync()).Last();
        Assert.EndsWith("." + EventTypes.KeyRingExported, told.Type, StringComparison.Ordinal);
        Assert.Equal(export.Hash, told.Data["sha256"]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ring));
        }
    }

    [Fact]
    public async Task A_migration_under_way_is_waited_for()
    {
        await using TestService service = await MovedAsync();
        string ring = await service.ExportAsync();
        await ProviderStateTests.SuspendedMigrationAsync(service, await service.InternalAsync());

        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.PlanAsync(ring)));
        Assert.Equal(ErrorCodes.MigrationRunning, await Refusal.CodeOfAsync(() => service.ImportAsync(ring)));
    }

    // A tenant whose every key was moved to a customer's master key: the first, and the one that wraps.
    private static async Task<TestService> MovedAsync()
    {
        TestService service = await TestService.WithTenantAsync();
        await service.ProtectValueAsync([0]);
        await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("CMK")).Id);
        service.Kms.Forget();
        return service;
    }

    private static PlatformFile Family() => PlatformProfileReader.Read(
        """
        { "name": "family", "description": "With children.", "partitions": ["aws"], "contextKey": "FamilyId", "internalProvider": "Family KMS",
          "eventPrefix": "com.family.v1", "identifierForms": ["KeyArn"], "children": true }
        """u8,
        "family.json");
}

file static class Looks
{
    /// <summary>The types of the tenant's events, without those of reading and writing.</summary>
    public static async Task<IEnumerable<string>> TypesAsync(this TestService service) =>
        (await service.EventsAsync()).Where(one => one.TenantId == "acme").Select(one => one.Type["tenantencryption.v1.".Length..])
            .Where(type => !type.StartsWith("data.", StringComparison.Ordinal)).Order();

    /// <summary>The key under which a value is protected now.</summary>
    public static async Task<string> KekOfNewAsync(this TestService service)
    {
        await service.ProtectAsync(service.Folders.Random("new"));
        return (string)service.SqlValue("SELECT kek_id FROM catalog LIMIT 1")!;
    }
}
