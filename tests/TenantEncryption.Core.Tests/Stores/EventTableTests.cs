using Microsoft.Data.Sqlite;
using TenantEncryption.Events;

namespace TenantEncryption.Core.Tests.Stores;

public sealed class EventTableTests
{
    [Fact]
    public async Task The_last_record_comes_back_as_it_was_appended()
    {
        await using var store = new TemporaryStore();
        Assert.Null(await store.ReadAsync(t => t.Events.LastAsync()));
        StoredEvent second = Sample.Event(2, "ünï 😀", "kp-1") with { LogKeyId = 7 };
        await AppendAsync(store, Sample.Event(1), second);

        Assert.Equivalent(second, await store.ReadAsync(t => t.Events.LastAsync()), strict: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    public async Task A_record_that_does_not_follow_the_last_one_is_refused(long sequence)
    {
        await using var store = new TemporaryStore();
        await AppendAsync(store, Sample.Event(1));

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(sequence)));

        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync()))!.Sequence);
    }

    [Fact]
    public async Task The_first_record_has_the_number_1()
    {
        await using var store = new TemporaryStore();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(2)));
    }

    [Theory]
    [InlineData("UPDATE events SET json = '{\"time\":\"2026-03-14T12:00:00.0000000Z\"}'")]
    [InlineData("UPDATE events SET mac = x'00' WHERE sequence = 2")]
    [InlineData("DELETE FROM events WHERE sequence = 2")]
    [InlineData("INSERT OR REPLACE INTO events (sequence, log_key_id, json, mac) SELECT sequence, log_key_id, json, x'00' FROM events")]
    public async Task The_database_itself_refuses_to_change_or_remove_a_record(string attempt)
    {
        await using var store = new TemporaryStore();
        await AppendAsync(store, Sample.Event(1), Sample.Event(2));

        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = attempt;

        Assert.Throws<SqliteException>(() => command.ExecuteNonQuery());
    }

    [Fact]
    public async Task Each_part_of_a_filter_narrows_the_list()
    {
        await using var store = new TemporaryStore();
        await AppendAsync(
            store,
            Sample.Event(1, "acme", "kp-1"),
            Sample.Event(2, "globex", "kp-2"),
            Sample.Event(3, "acme"),
            Sample.Event(4, "acme", "kp-1"),
            Sample.Event(5, "Acme"));

        Assert.Equal([1, 2, 3, 4, 5], await SequencesAsync(store, new EventFilter()));
        Assert.Equal([1, 3, 4], await SequencesAsync(store, new EventFilter { TenantId = "acme" }));
        Assert.Equal([1, 4], await SequencesAsync(store, new EventFilter { ProviderId = "kp-1" }));
        Assert.Equal([4, 5], await SequencesAsync(store, new EventFilter { After = Sample.Noon.AddSeconds(3) }));
        Assert.Equal([1, 2], await SequencesAsync(store, new EventFilter { Before = Sample.Noon.AddSeconds(3) }));
        Assert.Equal([3, 4, 5], await SequencesAsync(store, new EventFilter { AfterSequence = 2 }));
        Assert.Equal([4, 5], await SequencesAsync(store, new EventFilter { Newest = 2 }));
        Assert.Equal([3, 4], await SequencesAsync(store, new EventFilter { Newest = 2, TenantId = "acme" }));
        Assert.Equal(
            [4],
            await SequencesAsync(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1", After = Sample.Noon.AddSeconds(1) }));
    }

    [Fact]
    public async Task A_time_in_another_offset_is_the_same_time()
    {
        await using var store = new TemporaryStore();
        await AppendAsync(store, Sample.Event(1), Sample.Event(2));

        Assert.Equal([2], await SequencesAsync(store, new EventFilter { After = Sample.Noon.AddSeconds(1).ToOffset(TimeSpan.FromHours(9)) }));
    }

    [Fact]
    public async Task Paging_through_the_newest_yields_just_those()
    {
        await using var store = new TemporaryStore();
        await AppendAsync(store, [.. Enumerable.Range(1, 10).Select(sequence => Sample.Event(sequence))]);
        var met = new List<long>();
        for (int page = 0; page < 3; page++)
        {
            var filter = new EventFilter { Newest = 5, AfterSequence = met.LastOrDefault() };
            met.AddRange((await store.ReadAsync(t => t.Events.ListAsync(filter, 2))).Select(e => e.Sequence));
        }

        Assert.Equal([6, 7, 8, 9, 10], met);
    }

    [Theory]
    [InlineData("2026-03-14T12:00:00Z")]
    [InlineData("2026-03-14T12:00:00.0000000+00:00")]
    [InlineData("2026-03-14 12:00:00.0000000Z")]
    public async Task A_record_whose_time_could_not_be_compared_as_text_is_refused(string time)
    {
        await using var store = new TemporaryStore();
        StoredEvent record = Sample.Event(1) with { Json = $$"""{"type":"t","time":"{{time}}","tenantid":"acme"}""" };

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, record));
    }

    [Fact]
    public async Task A_record_that_is_not_JSON_is_refused()
    {
        await using var store = new TemporaryStore();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(1) with { Json = "not JSON" }));
    }

    private static Task AppendAsync(TemporaryStore store, params StoredEvent[] records) => store.WriteAsync(async t =>
    {
        foreach (StoredEvent record in records)
        {
            await t.Events.AppendAsync(record);
        }
    });

    private static async Task<IEnumerable<long>> SequencesAsync(TemporaryStore store, EventFilter filter) =>
        (await store.ReadAsync(t => t.Events.ListAsync(filter, 100))).Select(e => e.Sequence);
}
