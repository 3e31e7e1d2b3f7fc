using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Kms;
using TenantEncryption.Providers;
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

        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(one => one.Sequence));
        Assert.All(events, one => Assert.Equal(("1.0", "tester"), (one.SpecVersion, one.UserId)));
        Assert.All(events.Skip(1), one => Assert.Equal("acme", one.TenantId));
        Assert.Equal(
            [
                EventTypes.StoreCreated, EventTypes.TenantCreated, EventTypes.ProviderCreated, EventTypes.ProviderTested,
                EventTypes.ProviderTested, EventTypes.ProviderArchived, EventTypes.ProviderActivated, EventTypes.KeyRotated,
                EventTypes.DataProtected, EventTypes.DataUnprotected,
                EventTypes.ProviderTested, EventTypes.MigrationTriggered, EventTypes.MigrationProgressed, EventTypes.MigrationProgressed,
                EventTypes.MigrationProgressed, EventTypes.ProviderArchived, EventTypes.ProviderActivated, EventTypes.MigrationFinished,
                EventTypes.ProviderDeactivated, EventTypes.ProviderRestored, EventTypes.ProviderDeleted,
            ],
            events.Select(one => one.Type["tenantencryption.v1.".Length..]).Where(type => type != EventTypes.KmsCalled));
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
                async change =>
                {
                    await change.RecordAsync("test", "acme", []);
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

        Assert.Equal(key, Assert.Single(await service.Service.Keys.ListAsync("acme")).KekId);
        Assert.Single(await service.Service.Providers.ListAsync(new KeyProviderFilter()));
    }

    [Theory]
    [InlineData("UPDATE events SET json = json_set(json, '$.userid', 'nobody') WHERE sequence = 3", 3)]
    [InlineData("UPDATE events SET mac = zeroblob(32) WHERE sequence = 2", 2)]
    [InlineData("UPDATE events SET log_key_id = 2 WHERE sequence = 2", 2)]
    [InlineData("DELETE FROM events WHERE sequence = 2", 2)]
    [InlineData("DELETE FROM events WHERE sequence = 1", 1)]
    [InlineData("UPDATE events SET sequence = -3 WHERE sequence = 3; UPDATE events SET sequence = 3 WHERE sequence = 4; UPDATE events SET sequence = 4 WHERE sequence = -3", 3)]
    [InlineData("DELETE FROM events WHERE sequence >= 4", 4)]
    [InlineData("DELETE FROM events", 1)]
    [InlineData("UPDATE settings SET value = zeroblob(length(value)) WHERE name = 'log-key-1'", 1)]
    public async Task A_change_in_the_log_is_found_and_where_it_begins_is_told(string statement, long firstBad)
    {
        await using TestService service = await TestService.WithTenantAsync();
        for (int i = 0; i < 4; i++)
        {
            await service.Service.Keys.RotateAsync("acme");
        }

        Assert.True((await service.Service.Events.VerifyAsync()).Success);
        service.Sql("DROP TRIGGER events_never_change; DROP TRIGGER events_never_go; " + statement);
        await using TestService later = await service.OpenAnotherAsync();

        EventLogTestResult result = await later.Service.Events.VerifyAsync();

        Assert.Equal((ErrorCodes.EventLogAltered, (long?)firstBad), (result.Code, result.FirstBad));
        Assert.Equal(firstBad - 1, result.Records);
        Assert.NotNull(result.Detail);
    }

    [Fact]
    public async Task An_older_copy_of_the_database_is_found_and_stays_found_when_the_log_grows_past_the_kept_head()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string copy = service.Folders.At("copy.db");
        service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await service.Service.Keys.RotateAsync("acme");
        await service.Service.Keys.RotateAsync("acme");
        EventLogHead noted = await service.Service.Events.GetHeadAsync();
        await service.CloseAsync();
        foreach (string file in Directory.GetFiles(service.Folders.Store))
        {
            File.Delete(file);
        }

        File.Copy(copy, service.DatabaseFile);
        await using TestService restored = await service.OpenAnotherAsync();
        EventLogTestResult first = await restored.Service.Events.VerifyAsync();
        for (int i = 0; i < 5; i++)
        {
            await restored.Service.Keys.RotateAsync("acme");
        }

        EventLogTestResult grown = await restored.Service.Events.VerifyAsync();
        EventLogTestResult against = await restored.Service.Events.VerifyAsync(noted);

        Assert.Equal((ErrorCodes.EventLogAltered, ErrorCodes.EventLogAltered, ErrorCodes.EventLogAltered), (first.Code, grown.Code, against.Code));
        Assert.NotEmpty(restored.Warnings);
    }

    [Fact]
    public async Task Without_a_kept_head_the_result_says_what_it_can_not_exclude()
    {
        await using TestService service = await TestService.WithTenantAsync();
        EventLogHead noted = await service.Service.Events.GetHeadAsync();
        foreach (string head in Directory.GetFiles(service.Folders.RootKeys, "*.head"))
        {
            File.Delete(head);
        }

        Assert.Contains("not excluded", (await service.Service.Events.VerifyAsync()).Excludes, StringComparison.Ordinal);
        Assert.DoesNotContain("not excluded", (await service.Service.Events.VerifyAsync(noted)).Excludes, StringComparison.Ordinal);
        EventLogHead forged = noted with { Mac = new string('0', 64) };
        Assert.Equal(ErrorCodes.EventLogAltered, (await service.Service.Events.VerifyAsync(forged)).Code);
    }

    [Fact]
    public async Task A_log_longer_than_a_page_verifies_and_lists_whole()
    {
        await using TestService service = await TestService.WithTenantAsync();
        for (int i = 0; i < 1100; i++)
        {
            service.Service.Keys.ClearLeases();
            await service.Service.Work.ChangeAsync(
                service.Service.Work.Begin("test"), change => change.RecordAsync("test", "acme", new Newtonsoft.Json.Linq.JObject()), default);
        }

        Assert.Equal(1102, (await service.Service.Events.VerifyAsync()).Records);
        Assert.Equal(1102, (await service.EventsAsync()).Count);
        Assert.Equal([1101, 1102], (await service.Service.Events.ListAsync(new EventFilter { Newest = 2 }).ToListAsync()).Select(one => one.Sequence));
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
