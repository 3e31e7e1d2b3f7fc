using TenantEncryption.Events;

namespace TenantEncryption.StoreContract;

public abstract class EventTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task The_last_record_comes_back_as_it_was_appended()
    {
        await using var store = new TStore();
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
        await using var store = new TStore();
        await AppendAsync(store, Sample.Event(1));

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(sequence)));

        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync()))!.Sequence);
    }

    [Fact]
    public async Task The_first_record_has_the_number_1()
    {
        await using var store = new TStore();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(2)));
    }

    [Fact]
    public async Task Each_part_of_a_filter_narrows_the_list()
    {
        await using var store = new TStore();
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
        Assert.Equal([1, 2], await SequencesAsync(store, new EventFilter { ToSequence = 2 }));
        Assert.Equal([4, 5], await SequencesAsync(store, new EventFilter { Newest = 2 }));
        Assert.Equal([3, 4], await SequencesAsync(store, new EventFilter { Newest = 2, TenantId = "acme" }));
        Assert.Equal(
            [4],
            await SequencesAsync(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1", After = Sample.Noon.AddSeconds(1) }));
    }

    [Fact]
    public async Task Types_are_listed_once_each_and_narrow_the_list_with_every_other_part()
    {
        await using var store = new TStore();
        Assert.Empty(await store.ReadAsync(t => t.Events.ListTypesAsync()));
        await AppendAsync(store, [.. Enumerable.Range(1, 12).Select(sequence => OfType(sequence, "abc"[sequence % 3]))]);

        Assert.Equal(["a", "b", "c"], await store.ReadAsync(t => t.Events.ListTypesAsync()));
        Assert.Equal([3, 6, 9, 12], await SequencesAsync(store, new EventFilter { Types = ["a"] }));
        Assert.Equal([8, 9, 11, 12], await SequencesAsync(store, new EventFilter { Types = ["a", "c", "x"], Newest = 4 }));
        Assert.Equal([5, 6], await SequencesAsync(store, new EventFilter { Types = ["a", "c"], TenantId = "acme", AfterSequence = 3, ToSequence = 7 }));
        Assert.Equal([3], (await store.ReadAsync(t => t.Events.ListAsync(new EventFilter { Types = ["a", "b"], AfterSequence = 1 }, 1))).Select(e => e.Sequence));
        Assert.Empty(await SequencesAsync(store, new EventFilter { Types = [] }));
        Assert.Empty(await SequencesAsync(store, new EventFilter { Types = ["a"], TenantId = "globex" }));
    }

    [Fact]
    public async Task Times_are_narrowed_to_numbers_and_still_hold_where_the_clock_stepped()
    {
        await using var store = new TStore();
        int[] seconds = [1, 2, 9, 3, 4, 5];
        await AppendAsync(store, [.. seconds.Select((second, index) => At(index + 1, second))]);

        async Task<(long, long?)> NarrowAsync(EventFilter filter)
        {
            EventFilter narrow = await store.ReadAsync(t => t.Events.NarrowAsync(filter));
            return (narrow.AfterSequence, narrow.ToSequence);
        }

        Assert.Equal((0, null), await NarrowAsync(new EventFilter()));
        Assert.Equal((2, null), await NarrowAsync(new EventFilter { After = Sample.Noon.AddSeconds(4) }));
        Assert.Equal((0, 4L), await NarrowAsync(new EventFilter { Before = Sample.Noon.AddSeconds(4) }));
        Assert.Equal((0, 2L), await NarrowAsync(new EventFilter { Before = Sample.Noon.AddSeconds(4), ToSequence = 2 }));
        Assert.Equal(0L, (await NarrowAsync(new EventFilter { After = Sample.Noon.AddSeconds(10) })).Item2);
        Assert.Equal([3, 6], await SequencesAsync(store, await store.ReadAsync(t => t.Events.NarrowAsync(new EventFilter { After = Sample.Noon.AddSeconds(4) }))));
    }

    [Fact]
    public async Task A_time_in_another_offset_is_the_same_time()
    {
        await using var store = new TStore();
        await AppendAsync(store, Sample.Event(1), Sample.Event(2));

        Assert.Equal([2], await SequencesAsync(store, new EventFilter { After = Sample.Noon.AddSeconds(1).ToOffset(TimeSpan.FromHours(9)) }));
    }

    [Fact]
    public async Task Paging_through_the_newest_yields_just_those()
    {
        await using var store = new TStore();
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
        await using var store = new TStore();
        StoredEvent record = Sample.Event(1) with { Json = $$"""{"type":"t","time":"{{time}}","tenantid":"acme"}""" };

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, record));
    }

    [Fact]
    public async Task A_record_that_is_not_JSON_is_refused()
    {
        await using var store = new TStore();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(1) with { Json = "not JSON" }));
    }

    private static StoredEvent OfType(long sequence, char type) => Sample.Event(sequence) with
    {
        Json = $$"""{"type":"{{type}}","time":"{{Sample.TimeText(Sample.Noon)}}","tenantid":"acme"}""",
    };

    private static StoredEvent At(long sequence, int second) => Sample.Event(sequence) with
    {
        Json = $$"""{"type":"t","time":"{{Sample.TimeText(Sample.Noon.AddSeconds(second))}}","tenantid":"acme"}""",
    };

    private static Task AppendAsync(TStore store, params StoredEvent[] records) => store.WriteAsync(async t =>
    {
        foreach (StoredEvent record in records)
        {
            await t.Events.AppendAsync(record);
        }
    });

    private static async Task<IEnumerable<long>> SequencesAsync(TStore store, EventFilter filter) =>
        (await store.ReadAsync(t => t.Events.ListAsync(filter, 100))).Select(e => e.Sequence);
}
