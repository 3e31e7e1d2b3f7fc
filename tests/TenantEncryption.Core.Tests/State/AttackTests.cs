using System.Security.Cryptography;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.State;

/// <summary>Who can write the database, or knows an old root key as well, can deny service and nothing else.</summary>
public sealed class AttackTests
{
    private const string ProviderColumns = "status, promoted_to_current_at, demoted_from_current_at";

    [Fact]
    public async Task A_retired_provider_does_not_become_Active_again_by_its_older_rows()
    {
        (TestService service, KeyProvider first) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        Backup(service);
        KeyProvider second = await service.RegisterAsync("Second");
        await service.Service.Migrations.StartAsync("acme", second.Id);
        await service.Service.Providers.DisableAsync(first.Id);
        service.Tamper(
            $"""
            ATTACH $backup AS old;
            UPDATE key_providers SET status = 'Archived' WHERE tenant_id = 'acme' AND status = 'Active';
            UPDATE key_providers SET ({ProviderColumns}) = (SELECT {ProviderColumns} FROM old.key_providers o WHERE o.id = key_providers.id) WHERE id = $first;
            DELETE FROM key_encryption_keys WHERE tenant_id = 'acme';
            INSERT INTO key_encryption_keys SELECT * FROM old.key_encryption_keys WHERE tenant_id = 'acme';
            UPDATE tenants SET epoch = epoch + 1 WHERE tenant_id = 'acme';
            """,
            ("$backup", service.Folders.At("backup.db")),
            ("$first", first.Id));
        await using TestService next = await service.OpenAnotherAsync();

        await AssertShutAsync(next, message, ErrorCodes.StateAltered);
    }

    [Fact]
    public async Task A_tenant_put_back_whole_with_its_events_is_older_than_what_this_machine_saw()
    {
        (TestService service, KeyProvider first) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        Backup(service);
        await service.Service.Migrations.StartAsync("acme", (await service.RegisterAsync("Second")).Id);
        await service.Service.Providers.DisableAsync(first.Id);
        service.Tamper(
            """
            ATTACH $backup AS old;
            DELETE FROM migration_items; DELETE FROM migrations;
            DELETE FROM key_encryption_keys; INSERT INTO key_encryption_keys SELECT * FROM old.key_encryption_keys;
            DELETE FROM key_providers; INSERT INTO key_providers SELECT * FROM old.key_providers;
            DELETE FROM tenants; INSERT INTO tenants SELECT * FROM old.tenants;
            DELETE FROM events; INSERT INTO events (ordinal, chain, sequence, log_key_id, json, mac) SELECT ordinal, chain, sequence, log_key_id, json, mac FROM old.events;
            """,
            ("$backup", service.Folders.At("backup.db")));
        await using TestService next = await service.OpenAnotherAsync();

        await AssertShutAsync(next, message, ErrorCodes.StoreRolledBack);
    }

    [Fact]
    public async Task A_tenant_taken_away_whole_is_missed_and_no_other_is_made_in_its_place()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        service.Tamper("DELETE FROM key_encryption_keys; DELETE FROM key_providers; DELETE FROM tenants; DELETE FROM events WHERE chain = 'acme'");
        await using TestService next = await service.OpenAnotherAsync();

        await AssertShutAsync(next, message, ErrorCodes.StoreRolledBack);
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => next.Service.Tenants.CreateAsync(new() { TenantId = "acme" })));
    }

    [Fact]
    public async Task A_tenant_that_nobody_made_is_none()
    {
        await using TestService service = await TestService.WithTenantAsync();
        service.Tamper(
            """
            INSERT INTO tenants SELECT 'globex', display_name, platform, region, edition, organization, parent, key_hierarchy, key_lease_ticks, untraced_reads, epoch, created_at FROM tenants;
            """);
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.Service.Tenants.GetAsync("globex")));
        Assert.Equal(["acme"], (await next.Service.Tenants.ListAsync()).Select(tenant => tenant.TenantId));
        Assert.Contains(next.Warnings, warning => warning.StartsWith(ErrorCodes.StateAltered, StringComparison.Ordinal) && warning.Contains("globex", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("replica_keys = 'no JSON'")]
    [InlineData("created_at = 'no time'")]
    [InlineData("status = 'None'")]
    [InlineData("parameters = '{\"a\": 1}'")]
    [InlineData("connection_fips_endpoints = 7")]
    public async Task A_row_that_can_not_be_read_is_refused_and_ends_no_list(string alteration)
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        service.Tamper($"UPDATE key_providers SET {alteration} WHERE id = $id", ("$id", cmk.Id));
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.Service.Providers.DisableAsync(cmk.Id)));
        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.ProtectValueAsync([1])));
        Assert.Equal(["globex"], (await next.Service.Providers.ListAsync(new KeyProviderFilter())).Select(provider => provider.TenantId).Distinct());
        Assert.Equal(["globex"], (await next.Service.Tenants.ListAsync()).Select(tenant => tenant.TenantId));
        Assert.Contains(next.Warnings, warning => warning.Contains("'acme'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_names_swapped_do_not_lead_a_migration_to_the_old_key()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.RegisterAsync("Next");
        service.Tamper(
            """
            UPDATE key_providers SET name = '-' WHERE name = 'CMK'; UPDATE key_providers SET name = 'CMK' WHERE name = 'Next'; UPDATE key_providers SET name = 'Next' WHERE name = '-';
            """);
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StateAltered, await Refusal.CodeOfAsync(() => next.Service.Providers.ListAsync(new KeyProviderFilter { TenantId = "acme" })));
        Assert.Empty(await next.Service.Providers.ListAsync(new KeyProviderFilter { Name = "Next" }));
    }

    [Fact]
    public async Task The_rows_of_two_tenants_swapped_serve_neither()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        byte[] message = await service.ProtectValueAsync([1]);
        byte[] other = await service.ProtectValueAsync([1], "globex");
        foreach (string table in new[] { "key_providers", "key_encryption_keys", "migrations", "events" })
        {
            string column = table == "events" ? "chain" : "tenant_id";
            service.Tamper($"UPDATE {table} SET {column} = '-' WHERE {column} = 'acme'; UPDATE {table} SET {column} = 'acme' WHERE {column} = 'globex'; UPDATE {table} SET {column} = 'globex' WHERE {column} = '-'");
        }

        await using TestService next = await service.OpenAnotherAsync();

        Assert.Contains(await next.CodeOfReadingAsync(message), new[] { ErrorCodes.StateAltered, ErrorCodes.StoreRolledBack });
        Assert.Contains(await next.CodeOfReadingAsync(other), new[] { ErrorCodes.StateAltered, ErrorCodes.StoreRolledBack });
        Assert.Equal(0, next.Kms.Count);
    }

    [Fact]
    public async Task Who_knows_the_root_key_from_before_a_rotation_signs_nothing_with_it()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        using RootKeySet old = (await service.LoadRootsAsync())!;
        await service.Service.RootKey.RotateAsync();
        await service.CloseAsync();
        foreach (string head in Directory.GetFiles(service.Folders.RootKeys, "*.head", SearchOption.AllDirectories))
        {
            File.Delete(head);
        }

        await ForgeAsync(service, old.Current, $"UPDATE key_providers SET connection_endpoint_url = 'http://127.0.0.1:1' WHERE id = '{cmk.Id}'");
        await using TestService next = await service.OpenAnotherAsync();

        await AssertShutAsync(next, message, ErrorCodes.StateAltered);
        EventLogTestResult log = await next.Service.Events.VerifyAsync();
        Assert.Equal((ErrorCodes.EventLogAltered, "acme"), (log.Code, log.TenantId));
        Assert.Contains("log key 1", log.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_knows_the_root_key_of_today_is_not_kept_from_it_which_shows_that_the_test_above_can_fail()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        using RootKeySet roots = (await service.LoadRootsAsync())!;
        await service.CloseAsync();
        await ForgeAsync(service, roots.Current, "UPDATE key_providers SET description = 'theirs' WHERE name = 'CMK'");
        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal("theirs", (await next.ProviderAsync("CMK")).Description);
    }

    [Fact]
    public async Task A_backup_restored_on_purpose_is_used_once_somebody_says_so()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        Backup(service);
        await service.Service.Tenants.CreateAsync(new() { TenantId = "later" });
        await service.Service.Keys.RotateAsync("acme");
        await service.CloseAsync();
        service.PutDatabase(service.Folders.At("backup.db"));
        await using TestService restored = await service.OpenAnotherAsync();
        await AssertShutAsync(restored, message, ErrorCodes.StoreRolledBack);

        IReadOnlyList<EventLogHeadState> accepted = await restored.Service.AcceptRollbackAsync();

        Assert.Equal(["acme", "later"], accepted.Select(state => state.TenantId!).Order(StringComparer.Ordinal));
        Assert.Equal([1], await restored.ReadValueAsync(message));
        await restored.Service.Keys.RotateAsync("acme");
        await restored.Service.Tenants.CreateAsync(new() { TenantId = "later" });
        Assert.True((await restored.Service.Events.VerifyAsync()).Success);
        Assert.Empty((await restored.Service.DescribeAsync()).RolledBack);
        Assert.Empty(await restored.Service.AcceptRollbackAsync());
        EncryptionEvent[] told = [.. (await restored.EventsAsync()).Where(one => one.Type.EndsWith(EventTypes.RollbackAccepted, StringComparison.Ordinal))];
        Assert.Equal([null, "acme"], told.Select(one => one.TenantId).Order(StringComparer.Ordinal));
        Assert.Single(told, one => one.Data.GetValueOrDefault("lostTenant") as string == "later");
    }

    [Fact]
    public async Task Accepting_a_rollback_accepts_no_altered_row()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        byte[] message = await service.ProtectValueAsync([1]);
        Backup(service);
        await service.Service.Keys.RotateAsync("acme");
        await service.CloseAsync();
        service.PutDatabase(service.Folders.At("backup.db"));
        service.Tamper("UPDATE key_providers SET connection_endpoint_url = 'http://127.0.0.1:1'");
        await using TestService restored = await service.OpenAnotherAsync();

        await restored.Service.AcceptRollbackAsync();

        await AssertShutAsync(restored, message, ErrorCodes.StoreRolledBack);
        Assert.Contains(restored.Warnings, warning => warning.StartsWith(ErrorCodes.StateAltered, StringComparison.Ordinal));
    }

    private static void Backup(TestService service) => service.Sql("VACUUM INTO $copy", ("$copy", service.Folders.At("backup.db")));

    private static async Task AssertShutAsync(TestService service, byte[] message, string code)
    {
        service.Kms.Forget();
        Assert.Equal(code, await service.CodeOfReadingAsync(message));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.ProtectValueAsync([1])));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.Service.Keys.RotateAsync("acme")));
        Assert.Equal(code, await Refusal.CodeOfAsync(() => service.Service.Keys.ListAsync("acme")));
        Assert.Empty(await service.Service.Providers.ListAsync(new KeyProviderFilter()));
        Assert.Equal(0, service.Kms.Count);
    }

    // Appends an event of acme's that fits altered rows, signed by the log key of a root.
    private static async Task ForgeAsync(TestService service, RootKey root, string alteration)
    {
        service.Tamper(alteration);
        string storeId = (string)service.SqlValue("SELECT CAST(value AS TEXT) FROM settings WHERE name = 'store-id'")!;
        byte[] logKey = HKDF.DeriveKey(
            HashAlgorithmName.SHA512, root.Material.Span.ToArray(), 32, System.Text.Encoding.UTF8.GetBytes(storeId), "TenantEncryption log key v1"u8.ToArray());
        string digest = await service.DigestAsync("acme");
        long last = (long)service.SqlValue("SELECT max(sequence) FROM events WHERE chain = 'acme'")!;
        string json = (string)service.SqlValue(
            "SELECT json_set(json, '$.statedigest', $digest) FROM events WHERE chain = 'acme' AND sequence = $last", ("$digest", digest), ("$last", last))!;
        byte[] previous = (byte[])service.SqlValue("SELECT mac FROM events WHERE chain = 'acme' AND sequence = $last", ("$last", last))!;
        service.Sql(
            "INSERT INTO events (chain, sequence, log_key_id, json, mac) VALUES ('acme', $next, $key, $json, $mac)",
            ("$next", last + 1),
            ("$key", root.Number),
            ("$json", json),
            ("$mac", EventChain.Authenticate(logKey, previous, last + 1, root.Number, json)));
    }
}
