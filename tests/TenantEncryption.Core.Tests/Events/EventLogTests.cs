using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Events;

public sealed class EventLogTests
{
    [Fact]
    public async Task Every_change_has_its_event_with_who_and_what()
    {
        await using TestService service = await TestService.WithTenantAsync(keyLease: TimeSpan.Zero);
        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Providers.TestAsync(cmk.Id);
        await service.Service.Providers.EnableAsync(cmk.Id);
        await service.Service.Keys.RotateAsync("acme");
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await service.UnprotectAsync(message, service.Folders.At("out"));
        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        await service.Service.Providers.DisableAsync(cmk.Id);
        await service.Service.Providers.RestoreAsync(cmk.Id);
        await service.Service.Providers.RemoveAsync(cmk.Id);

        List<EncryptionEvent> events = await service.EventsAsync();

        // One of several keys that are saved together, or each of its own.
        string[] types = [.. events.Select(one => one.Type["tenantencryption.v1.".Length..]).Where(type => type != EventTypes.KmsCalled)];
        Assert.Equal([1, .. Enumerable.Range(1, events.Count - 1).Select(i => (long)i)], events.Select(one => one.Sequence));
        Assert.All(events, one => Assert.Equal(("1.0", "tester"), (one.SpecVersion, one.UserId)));
        Assert.All(events.Skip(1), one => Assert.Equal("acme", one.TenantId));
        Assert.Equal(
            [
                EventTypes.StoreCreated, EventTypes.TenantCreated, EventTypes.ProviderCreated, EventTypes.ProviderTested,
                EventTypes.ProviderTested, EventTypes.ProviderArchived, EventTypes.ProviderActivated, EventTypes.KeyRotated,
                EventTypes.DataProtected, EventTypes.DataRequested, EventTypes.DataUnprotected,
                EventTypes.ProviderTested, EventTypes.MigrationTriggered, EventTypes.MigrationProgressed,
                EventTypes.ProviderArchived, EventTypes.ProviderActivated, EventTypes.MigrationFinished,
                EventTypes.ProviderDeactivated, EventTypes.ProviderRestored, EventTypes.ProviderDeleted,
            ],
            types.Where((type, index) => type != EventTypes.MigrationProgressed || types[index - 1] != type));
        Assert.True((await service.Service.Events.VerifyAsync()).Success);
    }

    [Fact]
    public async Task Every_call_of_kms_is_in_the_log_once_with_its_request_id()
    {
        var calls = new List<KmsCall>();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(options => options with { OnKmsCall = calls.Add });
        await using TestService owned = service;
        await service.ProtectValueAsync([1]);
        await service.Keys.DisableAsync(cmk.KeyArn!);
        await Refusal.OfAsync(() => service.Service.Keys.RotateAsync("acme"));
        await service.Service.Providers.TestAsync(cmk.Id);

        var logged = (await service.EventsAsync()).SelectMany(one => (one.Data.GetValueOrDefault("kmsCalls") as object?[]) ?? [])
            .Cast<IReadOnlyDictionary<string, object?>>().ToList();

        Assert.Equal(calls.Count, logged.Count);
        Assert.Equal(calls.Select(call => call.RequestId).Order(), logged.Select(call => (string?)call.GetValueOrDefault("requestId")).Order());
        Assert.Contains(logged, call => (string?)call.GetValueOrDefault("error") == ErrorCodes.KeyDisabled);
    }

    [Fact]
    public async Task The_calls_of_a_change_that_was_cancelled_at_its_commit_are_logged_all_the_same()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        using var cancellation = new CancellationTokenSource();
        await using (Operation operation = service.Service.Work.Begin("test", "acme"))
        {
            await operation.Kms.DescribeKeyAsync(service.Connection, cmk.KeyArn!, default);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Service.Work.ChangeAsync(
                operation,
                StoreScope.Of("acme"),
                async change =>
                {
                    change.Record("test", "acme", []);
                    await cancellation.CancelAsync();
                },
                cancellation.Token));
        }

        EncryptionEvent last = (await service.EventsAsync())[^1];
        Assert.EndsWith(EventTypes.KmsCalled, last.Type, StringComparison.Ordinal);
        Assert.Single((object?[])last.Data["kmsCalls"]!);
    }

    [Fact]
    public async Task A_change_whose_event_can_not_be_written_does_not_happen()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string key = Assert.Single(await service.Service.Keys.ListAsync("acme")).KekId;
        service.Sql("CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no'); END");

        await Refusal.OfAsync(() => service.Service.Keys.RotateAsync("acme"));
        await Refusal.OfAsync(() => service.RegisterAsync("CMK"));
        service.Sql("DROP TRIGGER no_more");

        Assert.Equal(key, Assert.Single(await service.Service.Keys.ListAsync("acme")).KekId);
        Assert.Single(await service.Service.Providers.ListAsync(new KeyProviderFilter()));
    }

    [Theory]
    [InlineData("UPDATE events SET json = json_set(json, '$.userid', 'nobody') WHERE chain = 'acme' AND sequence = 3", 3)]
    [InlineData("UPDATE events SET mac = zeroblob(32) WHERE chain = 'acme' AND sequence = 2", 2)]
    [InlineData("UPDATE events SET log_key_id = 2 WHERE chain = 'acme' AND sequence = 2", 2)]
    [InlineData("DELETE FROM events WHERE chain = 'acme' AND sequence = 2", 2)]
    [InlineData("DELETE FROM events WHERE chain = 'acme' AND sequence = 1", 1)]
    [InlineData("UPDATE events SET sequence = -3 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 4; UPDATE events SET sequence = 4 WHERE sequence = -3", 3)]
    [InlineData("DELETE FROM events WHERE chain = 'acme' AND sequence >= 4", 4)]
    [InlineData("DELETE FROM events WHERE chain = 'acme'", 1)]
    [InlineData("UPDATE events SET chain = 'globex', json = json_set(json, '$.tenantid', 'globex') WHERE chain = 'acme'", 1)]
    public async Task A_change_in_the_log_is_found_and_where_it_begins_is_told(string statement, long firstBad)
    {
        await using TestService service = await TestService.WithTenantAsync();
        for (int i = 0; i < 4; i++)
        {
            await service.Service.Keys.RotateAsync("acme");
        }

        EventLogTestResult good = await service.Service.Events.VerifyAsync();
        service.Tamper(statement);
        await using TestService later = await service.OpenAnotherAsync();

        EventLogTestResult result = await later.Service.Events.VerifyAsync();

        Assert.Equal((true, 6L, 2), (good.Success, good.Records, good.Chains));
        Assert.Equal((ErrorCodes.EventLogAltered, "acme", (long?)firstBad), (result.Code, result.TenantId, result.FirstBad));
        Assert.Equal(firstBad - 1, result.Head!.Sequence);
        Assert.NotNull(result.Detail);
        Assert.Equal((ErrorCodes.EventLogAltered, (long?)firstBad), ((await later.Service.Events.VerifyAsync("acme")) is var one ? one.Code : "", one.FirstBad));
    }

    [Fact]
    public async Task An_older_copy_of_the_database_is_found_and_nothing_is_read_or_written_in_it()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        string copy = service.Folders.At("copy.db");
        service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await service.Service.Keys.RotateAsync("acme");
        EventLogHead noted = await service.Service.Events.GetHeadAsync("acme");
        await service.CloseAsync();
        service.PutDatabase(copy);
        await using TestService restored = await service.OpenAnotherAsync();

        EventLogTestResult result = await restored.Service.Events.VerifyAsync();
        EventLogHeadState state = Assert.Single((await restored.Service.DescribeAsync()).RolledBack);

        Assert.Equal((ErrorCodes.EventLogAltered, "acme", (long?)noted.Sequence), (result.Code, result.TenantId, result.FirstBad));
        Assert.Equal(("acme", (long?)noted.Sequence), (state.TenantId, state.Kept));
        Assert.Equal(ErrorCodes.StoreRolledBack, await restored.CodeOfReadingAsync(message));
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => restored.ProtectValueAsync([1])));
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => restored.Service.Keys.RotateAsync("acme")));
    }

    [Fact]
    public async Task Without_a_kept_head_the_result_says_what_it_can_not_exclude()
    {
        await using TestService service = await TestService.WithTenantAsync();
        EventLogHead noted = await service.Service.Events.GetHeadAsync("acme");
        foreach (string head in Directory.GetFiles(service.Folders.RootKeys, "*.head", SearchOption.AllDirectories))
        {
            File.Delete(head);
        }

        Assert.Contains("not excluded", (await service.Service.Events.VerifyAsync()).Excludes, StringComparison.Ordinal);
        Assert.DoesNotContain("not excluded", (await service.Service.Events.VerifyAsync(noted: [noted])).Excludes, StringComparison.Ordinal);
        EventLogHead forged = noted with { Mac = new string('0', 64) };
        Assert.Equal(ErrorCodes.EventLogAltered, (await service.Service.Events.VerifyAsync(noted: [forged])).Code);
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.Service.Events.VerifyAsync("globex", [noted])));
    }

    [Fact]
    public async Task What_follows_the_log_gives_each_new_event_of_every_chain_once()
    {
        await using TestService service = await TestService.WithTenantAsync();
        EventFollower follower = await service.Service.Events.FollowAsync();
        List<EncryptionEvent> before = await service.EventsAsync();

        await service.Service.Tenants.CreateAsync(new NewTenant { TenantId = "globex" });
        await service.Service.Keys.RotateAsync("acme");
        List<EncryptionEvent> came = await follower.NextAsync().ToListAsync();
        await service.Service.Keys.RotateAsync("globex");

        Assert.All(before, one => Assert.True(follower.HasSeen(one)));
        Assert.Equal([("acme", 2L), ("globex", 1L)], came.Select(one => (one.TenantId!, one.Sequence)));
        Assert.Equal([("globex", 2L)], (await follower.NextAsync().ToListAsync()).Select(one => (one.TenantId!, one.Sequence)));
        Assert.Empty(await follower.NextAsync().ToListAsync());
    }

    [Fact]
    public async Task A_log_longer_than_a_page_verifies_and_lists_whole()
    {
        await using TestService service = await TestService.WithTenantAsync();
        for (int i = 0; i < 4100; i++)
        {
            service.Service.Keys.ClearLeases();
            await service.Service.Work.ChangeAsync(
                service.Service.Work.Begin("test"), StoreScope.Of("acme"), change => change.Record("test", "acme", []), default);
        }

        Assert.Equal(4102, (await service.Service.Events.VerifyAsync()).Records);
        Assert.Equal(4102, (await service.EventsAsync()).Count);
        Assert.Equal([4100, 4101], (await service.Service.Events.ListAsync(new EventFilter { Newest = 2 }).ToListAsync()).Select(one => one.Sequence));
    }

    [Fact]
    public async Task A_providers_history_tells_each_state_when_and_by_whom()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        await service.Service.Providers.EnableAsync((await service.RegisterAsync("Next")).Id);
        await service.Service.Providers.DisableAsync(cmk.Id);
        await service.Service.Providers.RestoreAsync(cmk.Id);

        IReadOnlyList<KeyHistoryEntry> history = await service.Service.Providers.GetHistoryAsync(cmk.Id);

        Assert.Equal(
            [
                KeyProviderStatus.Pending, KeyProviderStatus.Pending, KeyProviderStatus.Active,
                KeyProviderStatus.Archived, KeyProviderStatus.Deactivated, KeyProviderStatus.Archived,
            ],
            history.Select(entry => entry.Status!.Value));
        Assert.All(history, entry => Assert.Equal(("CMK", "tester"), (entry.Name, entry.Actor)));
    }

    [Fact]
    public async Task Values_and_reads_are_one_event_a_session()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using (DataSession session = service.Service.Data.BeginSession())
        {
            byte[] message = await session.ProtectValueAsync("acme", new byte[100]);
            for (int i = 0; i < 10; i++)
            {
                await session.ProtectValueAsync("acme", new byte[100]);
                await session.UnprotectValueAsync(message);
            }

            message[^1] ^= 1;
            await Refusal.OfAsync(async () => await session.UnprotectValueAsync(message));
        }

        List<EncryptionEvent> events = [.. (await service.EventsAsync()).Where(one => one.Type.Contains(".data.", StringComparison.Ordinal))];

        Assert.Equal(11L, Assert.Single(events, one => one.Type.EndsWith(EventTypes.DataProtected, StringComparison.Ordinal)).Data["values"]);
        EncryptionEvent read = Assert.Single(events, one => one.Type.EndsWith(EventTypes.DataUnprotected, StringComparison.Ordinal) && one.TenantId == "acme");
        Assert.Equal((10L, 1000L), ((long)read.Data["values"]!, (long)read.Data["bytes"]!));
        Assert.Equal(1L, events.Sum(one => (long)(one.Data.GetValueOrDefault("failed") ?? 0L)));
    }
}
