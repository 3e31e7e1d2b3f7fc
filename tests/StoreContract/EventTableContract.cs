using TenantEncryption.Events;

namespace TenantEncryption.StoreContract;

public abstract class EventTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task The_last_record_comes_back_as_it_was_appended()
    {
        await using var store = new TStore();
        Assert.Null(await store.ReadAsync(t => t.Events.LastAsync("acme")));
        StoredEvent second = Sample.Event(2, "ünï 😀", "kp-1") with { LogKeyId = 7 };
        await AppendAsync(store, Sample.Event(1, "ünï 😀"), second, Sample.Event(1), Sample.Event(1, tenantId: null));

        Assert.Equivalent(second, await store.ReadAsync(t => t.Events.LastAsync("ünï 😀")), strict: true);
        Assert.Equivalent(second, await store.ReadAsync(t => t.Events.FindAsync("ünï 😀", 2)), strict: true);
        Assert.Null(await store.ReadAsync(t => t.Events.FindAsync("ünï 😀", 3)));
        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync(StoredEvent.StoreChain)))!.Sequence);
        Assert.Null(await store.ReadAsync(t => t.Events.LastAsync("Acme")));
    }

    [Fact]
    public async Task The_last_record_of_a_type_is_found_by_the_type_without_its_prefix()
    {
        await using var store = new TStore();
        await AppendAsync(store, Named(1, "com.example.key.rotated"), Named(2, "other.v1.key.rotated"), Named(3, "other.v1.monkey.rotated"), Sample.Event(1, "globex"));

        Assert.Equal(2, (await store.ReadAsync(t => t.Events.FindLastAsync("acme", "key.rotated")))!.Sequence);
        Assert.Equal(3, (await store.ReadAsync(t => t.Events.FindLastAsync("acme", "monkey.rotated")))!.Sequence);
        Assert.Null(await store.ReadAsync(t => t.Events.FindLastAsync("acme", "created")));
        Assert.Null(await store.ReadAsync(t => t.Events.FindLastAsync("globex", "key.rotated")));

        static StoredEvent Named(long sequence, string type) => Sample.Event(sequence) with
        {
            Json = $$"""{"type":"{{type}}","time":"{{Sample.TimeText(Second((int)sequence))}}","tenantid":"acme"}""",
        };
    }

    [Fact]
    public async Task The_first_records_of_a_chain_go_when_its_last_one_tells_that_they_are_in_an_archive()
    {
        await using var store = new TStore();
        await AppendAsync(store, [.. Enumerable.Range(1, 5).Select(sequence => Sample.Event(sequence)), Sample.Event(1, "globex"), Archived(6, 3)]);
        Assert.Empty(await store.ReadAsync(t => t.Events.ListArchivedAsync()));

        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Events.RemoveArchivedAsync("acme", 4)));
        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Events.RemoveArchivedAsync("globex", 1)));
        Assert.Equal(3, await store.WriteAsync(t => t.Events.RemoveArchivedAsync("acme", 3)));

        Assert.Equal([4, 5, 6], (await store.ReadAsync(t => t.Events.ListChainAsync("acme", 0, 9))).Select(one => one.Sequence));
        Assert.Equal(new Dictionary<string, long> { ["acme"] = 3 }, await store.ReadAsync(t => t.Events.ListArchivedAsync()));
        await AppendAsync(store, Sample.Event(7));
        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Events.RemoveArchivedAsync("acme", 4)));

        static StoredEvent Archived(long sequence, long upTo) => Sample.Event(sequence) with
        {
            Json = $$$"""{"type":"com.example.events.archived","time":"{{{Sample.TimeText(Second((int)sequence))}}}","tenantid":"acme","data":{"upTo":{{{upTo}}}}}""",
        };
    }

    [Fact]
    public async Task The_first_number_of_a_time_or_later_is_found()
    {
        await using var store = new TStore();
        await AppendAsync(store, [.. new[] { 1, 5, 3, 7 }.Select((second, index) => Sample.Event(index + 1, "acme", null, Second(second)))]);

        Assert.Equal([1L, 2, 2, 4, null], await Task.WhenAll(new[] { 0, 2, 5, 6, 8 }.Select(second => store.ReadAsync(t => t.Events.FindFirstSinceAsync("acme", Second(second))))));
        Assert.Null(await store.ReadAsync(t => t.Events.FindFirstSinceAsync("globex", Second(0))));
    }

    [Fact]
    public async Task A_record_is_in_the_chain_of_the_tenant_that_it_names()
    {
        await using var store = new TStore();

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(1) with { Chain = "globex" }));
        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(1) with { Chain = StoredEvent.StoreChain }));
        await Assert.ThrowsAsync<TenantEncryptionException>(() => AppendAsync(store, Sample.Event(1, tenantId: null) with { Chain = "acme" }));
    }

    [Fact]
    public async Task The_ends_of_all_chains_are_listed_page_by_page()
    {
        await using var store = new TStore();
        Assert.Empty(await store.ReadAsync(t => t.Events.ListLastAsync(null, 10)));
        await AppendAsync(store, Sample.Event(1, "b"), Sample.Event(2, "b"), Sample.Event(1, "a"), Sample.Event(1, tenantId: null), Sample.Event(1, "c"));

        IReadOnlyList<StoredEvent> all = await store.ReadAsync(t => t.Events.ListLastAsync(null, 10));
        IReadOnlyList<StoredEvent> first = await store.ReadAsync(t => t.Events.ListLastAsync(null, 2));
        IReadOnlyList<StoredEvent> rest = await store.ReadAsync(t => t.Events.ListLastAsync(first[^1].Chain, 10));

        Assert.Equal([("", 1L), ("a", 1L), ("b", 2L), ("c", 1L)], all.Select(one => (one.Chain, one.Sequence)));
        Assert.Equal(all.Select(one => one.Chain), first.Concat(rest).Select(one => one.Chain));
        Assert.Equal(2, first.Count);
    }

    [Fact]
    public async Task A_chain_is_read_page_by_page()
    {
        await using var store = new TStore();
        await AppendAsync(store, [.. Enumerable.Range(1, 5).SelectMany(sequence => new[] { Sample.Event(sequence), Sample.Event(sequence, "globex") })]);

        Assert.Equal([1, 2], (await store.ReadAsync(t => t.Events.ListChainAsync("acme", 0, 2))).Select(one => one.Sequence));
        Assert.Equal([3, 4, 5], (await store.ReadAsync(t => t.Events.ListChainAsync("acme", 2, 9))).Select(one => one.Sequence));
        Assert.Empty(await store.ReadAsync(t => t.Events.ListChainAsync("acme", 5, 9)));
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

        Assert.Equal(1, (await store.ReadAsync(t => t.Events.LastAsync("acme")))!.Sequence);
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
            Sample.Event(1, "acme", "kp-1", Second(1)),
            Sample.Event(1, "globex", "kp-2", Second(2)),
            Sample.Event(2, "acme", null, Second(3)),
            Sample.Event(3, "acme", "kp-1", Second(4)),
            Sample.Event(1, "Acme", null, Second(5)),
            Sample.Event(1, null, null, Second(6)));

        Assert.Equal(["acme 1", "globex 1", "acme 2", "acme 3", "Acme 1", " 1"], await ListAsync(store, new EventFilter()));
        Assert.Equal(["acme 1", "acme 2", "acme 3"], await ListAsync(store, new EventFilter { TenantId = "acme" }));
        Assert.Equal(["acme 1", "acme 3"], await ListAsync(store, new EventFilter { ProviderId = "kp-1" }));
        Assert.Equal(["acme 1", "acme 3"], await ListAsync(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1" }));
        Assert.Equal(["acme 3", "Acme 1", " 1"], await ListAsync(store, new EventFilter { After = Second(3) }));
        Assert.Equal(["acme 1", "globex 1"], await ListAsync(store, new EventFilter { Before = Second(3) }));
        Assert.Equal(["Acme 1", " 1"], await ListAsync(store, new EventFilter { Newest = 2 }));
        Assert.Equal(["acme 2", "acme 3"], await ListAsync(store, new EventFilter { Newest = 2, TenantId = "acme" }));
        Assert.Equal(["acme 3"], await ListAsync(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1", After = Second(1) }));
        Assert.Equal(["acme 1"], await ListAsync(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1", Before = Second(3) }));
    }

    [Fact]
    public async Task Types_are_listed_once_each_and_narrow_the_list_with_every_other_part()
    {
        await using var store = new TStore();
        Assert.Empty(await store.ReadAsync(t => t.Events.ListTypesAsync()));
        await AppendAsync(store, [.. Enumerable.Range(1, 12).Select(sequence => OfType(sequence, "abc"[sequence % 3]))]);
        await AppendAsync(store, Sample.Event(1, "globex", null, Second(13)));

        Assert.Equal(["a", "b", "c", "com.example.created"], await store.ReadAsync(t => t.Events.ListTypesAsync()));
        Assert.Equal(["acme 3", "acme 6", "acme 9", "acme 12"], await ListAsync(store, new EventFilter { Types = ["a"] }));
        Assert.Equal(["acme 8", "acme 9", "acme 11", "acme 12"], await ListAsync(store, new EventFilter { Types = ["a", "c", "x"], Newest = 4 }));
        Assert.Equal(["acme 5", "acme 6"], await ListAsync(store, new EventFilter { Types = ["a", "c"], TenantId = "acme", After = Second(3), Before = Second(8) }));
        Assert.Equal(["acme 5", "acme 6"], await ListAsync(store, new EventFilter { Types = ["a", "c"], After = Second(3), Before = Second(8) }));
        Assert.Empty(await ListAsync(store, new EventFilter { Types = [] }));
        Assert.Empty(await ListAsync(store, new EventFilter { Types = [], TenantId = "acme" }));
        Assert.Empty(await ListAsync(store, new EventFilter { Types = ["a"], TenantId = "globex" }));
    }

    [Fact]
    public async Task A_chain_goes_by_number_and_several_by_time_also_where_the_clock_stepped()
    {
        await using var store = new TStore();
        int[] seconds = [1, 2, 9, 3, 4, 5];
        await AppendAsync(store, [.. seconds.Select((second, index) => Sample.Event(index + 1, "acme", null, Second(second)))]);
        await AppendAsync(store, Sample.Event(1, "globex", null, Second(3)), Sample.Event(2, "globex", null, Second(8)));

        Assert.Equal([1, 2, 3, 4, 5, 6], await SequencesAsync(store, new EventFilter { TenantId = "acme" }));
        Assert.Equal([3, 6], await SequencesAsync(store, new EventFilter { TenantId = "acme", After = Second(4) }));
        Assert.Equal([1, 2, 4], await SequencesAsync(store, new EventFilter { TenantId = "acme", Before = Second(4) }));
        Assert.Empty(await SequencesAsync(store, new EventFilter { TenantId = "acme", After = Second(9) }));
        Assert.Empty(await SequencesAsync(store, new EventFilter { TenantId = "acme", Before = Second(1) }));
        Assert.Equal(["acme 1", "acme 2", "acme 4", "globex 1", "acme 5", "acme 6", "globex 2", "acme 3"], await ListAsync(store, new EventFilter()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("acme")]
    public async Task Pages_follow_each_other_without_a_gap_and_without_a_repeat(string? tenantId)
    {
        await using var store = new TStore();
        await AppendAsync(store, [.. Enumerable.Range(1, 7).SelectMany(sequence => new[]
        {
            Sample.Event(sequence, "acme", null, Second(sequence / 3)), Sample.Event(sequence, "globex", null, Second(sequence / 3)),
        })]);
        var filter = new EventFilter { TenantId = tenantId };
        var met = new List<string>();
        EventPosition? position = null;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = await store.ReadAsync(t => t.Events.ListAsync(filter, position, 3));
            if (page.Count == 0)
            {
                break;
            }

            met.AddRange(page.Select(Name));
            position = EventText.PositionOf(page[^1]);
        }

        Assert.Equal(await ListAsync(store, filter), met);
        Assert.Equal(tenantId is null ? 14 : 7, met.Distinct().Count());
    }

    [Fact]
    public async Task A_time_in_another_offset_is_the_same_time()
    {
        await using var store = new TStore();
        await AppendAsync(store, Sample.Event(1), Sample.Event(2));

        Assert.Equal([2], await SequencesAsync(store, new EventFilter { After = Sample.Noon.AddSeconds(1).ToOffset(TimeSpan.FromHours(9)) }));
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

    private static DateTimeOffset Second(int second) => Sample.Noon.AddSeconds(second);

    private static StoredEvent OfType(long sequence, char type) => Sample.Event(sequence) with
    {
        Json = $$"""{"type":"{{type}}","time":"{{Sample.TimeText(Second((int)sequence))}}","tenantid":"acme"}""",
    };

    private static Task AppendAsync(TStore store, params StoredEvent[] records) => store.WriteAsync(async t =>
    {
        foreach (StoredEvent record in records)
        {
            await t.Events.AppendAsync(record);
        }
    });

    private static string Name(StoredEvent record) => $"{record.Chain} {record.Sequence}";

    private static async Task<IEnumerable<string>> ListAsync(TStore store, EventFilter filter) =>
        (await store.ReadAsync(t => t.Events.ListAsync(filter, null, 100))).Select(Name);

    private static async Task<IEnumerable<long>> SequencesAsync(TStore store, EventFilter filter) =>
        (await store.ReadAsync(t => t.Events.ListAsync(filter, null, 100))).Select(e => e.Sequence);
}
