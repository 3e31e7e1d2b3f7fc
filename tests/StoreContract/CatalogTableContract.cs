using TenantEncryption.Data;
using TenantEncryption.Keys;

namespace TenantEncryption.StoreContract;

public abstract class CatalogTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task An_entry_is_at_its_path_when_it_is_confirmed()
    {
        await using TStore store = await WithTenantsAsync();
        CatalogEntry entry = Sample.Entry("m1", "acme", "/data/ünï 😀.tenc", "kek-acme");

        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-1", [entry]));
        Assert.Null(await store.ReadAsync(t => t.Catalog.FindAsync(Sample.Space, entry.Key)));
        Assert.Empty(await ListAsync(store));

        Assert.Equal(1, await store.WriteAsync(t => t.Catalog.ConfirmAsync("res-1", Sample.Space)));
        Assert.Equal(entry, await store.ReadAsync(t => t.Catalog.FindAsync(Sample.Space, entry.Key)));
        Assert.Equal("m1", await store.ReadAsync(t => t.Catalog.FindMessageIdAsync(Sample.Space, entry.Key)));
    }

    [Fact]
    public async Task A_confirmed_entry_takes_the_place_of_what_was_at_its_path()
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("other", "acme", "/b", "kek-acme"));

        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-1", [Sample.Entry("m2", "acme", "/a", "kek-acme")]));
        Assert.Equal(["m1", "other"], await IdsAsync(store));
        Assert.Equal(3, await CountAsync(store));
        await store.WriteAsync(t => t.Catalog.ConfirmAsync("res-1", Sample.Space));

        Assert.Equal(["m2", "other"], await IdsAsync(store));
        Assert.Equal(2, await CountAsync(store));
    }

    [Fact]
    public async Task What_a_writers_entries_are_to_take_the_place_of_is_told()
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("m2", "acme", "/b", "kek-acme") with { Version = "v1" });
        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-1", [.. "abc".Select(c => Sample.Entry("n" + c, "acme", "/" + c, "kek-acme"))]));

        Assert.Equal([new("/a", "m1")], await store.ReadAsync(t => t.Catalog.FindReplacedAsync("res-1", Sample.Space)));
        Assert.Empty(await store.ReadAsync(t => t.Catalog.FindReplacedAsync("res-1", "file://other")));
        Assert.Empty(await store.ReadAsync(t => t.Catalog.FindReplacedAsync("res-2", Sample.Space)));
    }

    [Fact]
    public async Task A_tenants_entries_are_counted_and_go_with_those_that_are_pending()
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("m2", "acme", "/b", "kek-gone"), Sample.Entry("m3", "globex", "/c", "kek-globex"));
        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-1", [Sample.Entry("m4", "acme", "/d", "kek-acme"), Sample.Entry("m5", "globex", "/e", "kek-globex")]));
        Assert.Equal((3L, 2L), (await OfTenantAsync("acme"), await OfTenantAsync("globex")));

        await store.WriteAsync(t => t.Catalog.RemoveOfTenantAsync("acme"));

        Assert.Equal((0L, 2L), (await OfTenantAsync("acme"), await OfTenantAsync("globex")));
        Assert.Equal(["m3"], await IdsAsync(store));
        Assert.Equal(0, await CountAsync(store));

        Task<long> OfTenantAsync(string tenantId) => store.ReadAsync(t => t.Catalog.CountAsync(tenantId));
    }

    [Fact]
    public async Task A_reservation_confirms_its_own_entries_except_those_that_wait()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Catalog.AddPendingAsync("res-1", [.. "abc".Select(c => Sample.Entry("m" + c, "acme", "/" + c, "kek-acme"))]);
            await t.Catalog.AddPendingAsync("res-2", [Sample.Entry("md", "acme", "/d", "kek-acme")]);
        });

        Assert.Equal(1, await store.WriteAsync(t => t.Catalog.ConfirmAsync("res-1", Sample.Space, ["/a", "/c"])));
        Assert.Equal(["mb"], await IdsAsync(store));

        await store.WriteAsync(t => t.Catalog.RemovePendingAsync("res-1", Sample.Space, ["/c"]));
        Assert.Equal(3, await CountAsync(store));

        Assert.Equal(1, await store.WriteAsync(t => t.Catalog.ConfirmAsync("res-1", Sample.Space)));
        Assert.Equal(["mb", "mc"], await IdsAsync(store));
        Assert.Equal(3, await CountAsync(store));
    }

    [Fact]
    public async Task Of_a_reservation_without_entries_none_is_confirmed()
    {
        await using TStore store = await WithTenantsAsync();

        Assert.Equal(0, await store.WriteAsync(t => t.Catalog.ConfirmAsync("res-1", Sample.Space)));
    }

    [Fact]
    public async Task A_message_id_is_unique()
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"));

        await Assert.ThrowsAsync<TenantEncryptionException>(() => AddAsync(store, Sample.Entry("m1", "acme", "/b", "kek-acme")));
    }

    [Fact]
    public async Task Removed_entries_are_gone()
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("m2", "acme", "/b", "kek-acme"));

        await store.WriteAsync(t => t.Catalog.RemoveAsync(["m1", "never"]));

        Assert.Equal("m2", Assert.Single(await ListAsync(store)).MessageId);
    }

    [Fact]
    public async Task What_was_found_is_an_entry_at_once_and_counts()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "direct")));
        CatalogEntry entry = Sample.Entry("m1", "acme", "/DATA/A", "kek-acme") with { Name = "/data/a" };
        CatalogEntry direct = Sample.Entry("m2", "acme", "/b", null) with { DirectProviderId = "kp-2" };

        await store.WriteAsync(t => t.Catalog.AddAsync([entry, direct]));

        Assert.Equal(entry, await store.ReadAsync(t => t.Catalog.FindAsync(Sample.Space, "/DATA/A")));
        Assert.Equal(1, await CountAsync(store));
        Assert.Equal(1, (await store.ReadAsync(t => t.Providers.FindAsync("kp-2")))!.MessageCount);
        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Catalog.AddAsync([Sample.Entry("m3", "acme", "/b", "kek-acme")])));
        Assert.Equal(1, await CountAsync(store));
    }

    [Fact]
    public async Task An_entry_is_moved_from_where_it_is_and_keeps_all_but_its_name()
    {
        await using TStore store = await WithTenantsAsync();
        CatalogEntry entry = Sample.Entry("m1", "acme", "/a", "kek-acme");
        await AddAsync(store, entry, Sample.Entry("m2", "acme", "/b", "kek-acme"));

        Assert.False(await store.WriteAsync(t => t.Catalog.MoveAsync(entry with { Key = "/z" }, Sample.Space, "/c", "/c")));
        Assert.False(await store.WriteAsync(t => t.Catalog.MoveAsync(entry with { Space = "file://elsewhere" }, Sample.Space, "/c", "/c")));
        Assert.True(await store.WriteAsync(t => t.Catalog.MoveAsync(entry, "file://new", "/C", "/c")));
        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Catalog.MoveAsync(entry with { Space = "file://new", Key = "/C" }, Sample.Space, "/b", "/b")));

        Assert.Null(await store.ReadAsync(t => t.Catalog.FindAsync(Sample.Space, "/a")));
        Assert.Equal(entry with { Space = "file://new", Key = "/C", Name = "/c" }, await store.ReadAsync(t => t.Catalog.FindAsync("file://new", "/C")));
        Assert.Equal(2, await CountAsync(store));
    }

    [Fact]
    public async Task Messages_are_found_by_their_ids_and_names_and_where_they_are_pending()
    {
        await using TStore store = await WithTenantsAsync();
        CatalogEntry entry = Sample.Entry("m1", "acme", "/a", "kek-acme");
        await AddAsync(store, entry, Sample.Entry("m2", "globex", "/b", "kek-globex"));
        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-1", [Sample.Entry("m3", "acme", "/a", "kek-acme")]));

        Assert.Equal([entry], await store.ReadAsync(t => t.Catalog.FindMessagesAsync(["m1", "m3", "never"])));
        Assert.Equal(["m3"], await store.ReadAsync(t => t.Catalog.FindPendingAsync(["m1", "m3", "never"])));
        Assert.Equal(["/a"], await store.ReadAsync(t => t.Catalog.FindPendingKeysAsync(Sample.Space, ["/a", "/b", "/never"])));
        Assert.Empty(await store.ReadAsync(t => t.Catalog.FindPendingKeysAsync("file://elsewhere", ["/a"])));
        IReadOnlyDictionary<string, string> ids = await store.ReadAsync(t => t.Catalog.FindMessageIdsAsync(Sample.Space, ["/a", "/b", "/never"]));
        Assert.Equal([("/a", "m1"), ("/b", "m2")], ids.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value)));
        Assert.Empty(await store.ReadAsync(t => t.Catalog.FindMessageIdsAsync("file://elsewhere", ["/a"])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task What_is_below_a_name_is_listed_without_what_only_begins_like_it(int limit)
    {
        await using TStore store = await WithTenantsAsync();
        string[] names = ["/d", "/d/", "/d/a", "/d/b/c", "/d/ü", "/d/\uffff", "/d/😀", "/d0", "/d-/x", "/e"];
        await AddAsync(store, [.. names.Select((name, i) => Sample.Entry("m" + i, "acme", name, "kek-acme"))]);
        await AddAsync(store, Sample.Entry("other", "acme", "/d/a", "kek-acme") with { Space = "file://elsewhere" });

        var met = new List<string>();
        CatalogEntry? after = null;
        IReadOnlyList<CatalogEntry> page;
        do
        {
            page = await store.ReadAsync(t => t.Catalog.ListBelowAsync(Sample.Space, "/d/", after, limit));
            met.AddRange(page.Select(entry => entry.Key));
            after = page.Count == 0 ? null : page[^1];
        }
        while (page.Count >= limit);

        Assert.Equal(["/d/a", "/d/b/c", "/d/ü", "/d/\uffff", "/d/😀"], met);
    }

    [Fact]
    public async Task A_list_is_narrowed_by_tenant_key_and_provider()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Keys.AddAsync(
            Sample.Key("kek-2", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous)));
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "direct")));
        await AddAsync(
            store,
            Sample.Entry("m1", "acme", "/d", "kek-acme"),
            Sample.Entry("m2", "globex", "/c", "kek-globex"),
            Sample.Entry("m3", "acme", "/b", "kek-2"),
            Sample.Entry("m4", "acme", "/a", null) with { DirectProviderId = "kp-2" });

        Assert.Equal(["m4", "m3", "m2", "m1"], await IdsAsync(store));
        Assert.Equal(["m4", "m3", "m1"], await IdsAsync(store, tenantId: "acme"));
        Assert.Equal(["m3"], await IdsAsync(store, kekId: "kek-2"));
        Assert.Equal(["m3", "m1"], await IdsAsync(store, providerId: "kp-acme"));
        Assert.Equal(["m4"], await IdsAsync(store, providerId: "kp-2"));
        Assert.Equal(["m3"], await IdsAsync(store, tenantId: "acme", kekId: "kek-2", providerId: "kp-acme"));
        Assert.Empty(await IdsAsync(store, tenantId: "globex", kekId: "kek-2"));
        Assert.Empty(await IdsAsync(store, tenantId: "globex", providerId: "kp-acme"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Paging_meets_every_entry_once(int limit)
    {
        await using TStore store = await WithTenantsAsync();
        await AddAsync(store, [.. "gadf".Select(c => Sample.Entry("m" + c, "acme", "/" + c, "kek-acme"))]);

        var met = new List<string>();
        CatalogEntry? after = null;
        IReadOnlyList<CatalogEntry> page;
        do
        {
            page = await store.ReadAsync(t => t.Catalog.ListAsync("acme", null, null, after, limit));
            met.AddRange(page.Select(entry => entry.MessageId));
            after = page.Count == 0 ? null : page[^1];
        }
        while (page.Count >= limit);

        Assert.Equal(["ma", "md", "mf", "mg"], met);
    }

    [Fact]
    public async Task Pending_entries_are_orphaned_when_their_session_is_removed()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Sessions.PutAsync(Sample.Session("dying"));
            await t.Keys.ReserveAsync(Sample.Reservation("r-live", "acme", "kek-acme", "kp-acme"), 100);
            await t.Keys.ReserveAsync(Sample.Reservation("r-dying", "acme", "kek-acme", "kp-acme", session: "dying"), 100);
            await t.Catalog.AddPendingAsync("r-live", [Sample.Entry("m1", "acme", "/a", "kek-acme")]);
            await t.Catalog.AddPendingAsync("r-dying", [Sample.Entry("m2", "acme", "/b", "kek-acme"), Sample.Entry("m3", "acme", "/c", "kek-acme")]);
            await t.Catalog.ConfirmAsync("r-dying", Sample.Space, ["/b"]);
        });
        Assert.Empty(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync(Sample.Space)));

        await store.WriteAsync(t => t.Sessions.RemoveAsync("dying"));

        Assert.Equal(
            new PendingEntry("r-dying", Sample.Entry("m2", "acme", "/b", "kek-acme")),
            Assert.Single(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync(Sample.Space))));
        Assert.Equal(200, (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!.ReservedWraps);
    }

    [Fact]
    public async Task What_depends_on_a_provider_is_listed_page_by_page_in_the_order_of_paths_under_few_keys_and_under_many()
    {
        await using TStore store = await WithTenantsAsync();
        var paths = new List<string>();
        for (int key = 0; key < 20; key++)
        {
            await store.WriteAsync(t => t.Keys.AddAsync(Sample.Key($"kek-{key}", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous)));
            paths.AddRange([$"/{(char)('z' - key)}", $"/{key}", $"/{key}\ud83d\ude00", $"/{key}\uffee"]);
            await AddAsync(store, [.. paths.TakeLast(4).Select(path => Sample.Entry("m" + path, "acme", path, $"kek-{key}"))]);
            await AddAsync(store, Sample.Entry($"other-{key}", "globex", $"/other-{key}", "kek-globex"));

            var met = new List<CatalogEntry>();
            IReadOnlyList<CatalogEntry> page;
            do
            {
                page = await store.ReadAsync(t => t.Catalog.ListAsync(key % 2 == 0 ? "acme" : null, null, "kp-acme", met.LastOrDefault(), 7));
                met.AddRange(page);
            }
            while (page.Count == 7);

            Assert.Equal(paths.OrderBy(path => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(path)), StringComparer.Ordinal), met.Select(entry => entry.Name));
        }

        Assert.Empty(await IdsAsync(store, "globex", providerId: "kp-acme"));
    }

    [Fact]
    public async Task The_same_name_in_two_spaces_is_two_objects()
    {
        await using TStore store = await WithTenantsAsync();
        CatalogEntry here = Sample.Entry("m1", "acme", "/data/a", "kek-acme");
        CatalogEntry there = Sample.Entry("m2", "acme", "/data/a", "kek-acme") with { Space = "file://another" };
        await store.WriteAsync(async t =>
        {
            await t.Catalog.AddPendingAsync("res-1", [here, there]);
            Assert.Equal(1, await t.Catalog.ConfirmAsync("res-1", here.Space));
            Assert.Equal(1, await t.Catalog.ConfirmAsync("res-1", there.Space));
        });

        Assert.Equal(here, await store.ReadAsync(t => t.Catalog.FindAsync(here.Space, "/data/a")));
        Assert.Equal(there, await store.ReadAsync(t => t.Catalog.FindAsync(there.Space, "/data/a")));
        Assert.Null(await store.ReadAsync(t => t.Catalog.FindAsync("file://a-third", "/data/a")));
        Assert.Equal([here, there], await ListAsync(store));
        Assert.Equal([there], await store.ReadAsync(t => t.Catalog.ListAsync("acme", null, null, here, 1)));
    }

    [Fact]
    public async Task Versions_of_an_object_stand_side_by_side_and_spellings_of_its_name_are_one()
    {
        await using TStore store = await WithTenantsAsync();
        CatalogEntry first = Sample.Entry("m1", "acme", "/A", "kek-acme") with { Name = "/a", Version = "1" };
        CatalogEntry second = first with { MessageId = "m2", Version = "2" };
        CatalogEntry spelled = second with { MessageId = "m3", Name = "/A" };
        await AddAsync(store, first, second);

        await AddAsync(store, spelled);

        Assert.Equal([first, spelled], await ListAsync(store));
        Assert.Equal("m3", await store.ReadAsync(t => t.Catalog.FindMessageIdAsync(Sample.Space, "/A", "2")));
        Assert.Null(await store.ReadAsync(t => t.Catalog.FindMessageIdAsync(Sample.Space, "/A")));
        Assert.Equal(2, await CountAsync(store));
    }

    [Fact]
    public async Task What_a_dead_writer_left_in_one_space_is_not_the_business_of_another()
    {
        await using TStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Catalog.AddPendingAsync("r-dead", [Sample.Entry("m1", "acme", "/a", "kek-acme") with { Space = "file://another" }]));

        Assert.Empty(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync(Sample.Space)));
        Assert.Single(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync("file://another")));
        await store.WriteAsync(t => t.Catalog.RemovePendingAsync("r-dead", Sample.Space));
        Assert.Equal(1, await CountAsync(store));
    }

    private static async Task<TStore> WithTenantsAsync()
    {
        var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await Sample.AddTenantWithKeyAsync(t, "globex");
        });
        return store;
    }

    private static Task AddAsync(TStore store, params CatalogEntry[] entries) => store.WriteAsync(async t =>
    {
        await t.Catalog.AddPendingAsync("res-of-those", entries);
        await t.Catalog.ConfirmAsync("res-of-those", Sample.Space);
    });

    private static async Task<long> CountAsync(TStore store) =>
        (await store.ReadAsync(t => t.Providers.FindAsync("kp-acme")))!.MessageCount;

    private static Task<IReadOnlyList<CatalogEntry>> ListAsync(TStore store) =>
        store.ReadAsync(t => t.Catalog.ListAsync(null, null, null, null, 1000));

    private static async Task<IEnumerable<string>> IdsAsync(
        TStore store,
        string? tenantId = null,
        string? kekId = null,
        string? providerId = null) =>
        (await store.ReadAsync(t => t.Catalog.ListAsync(tenantId, kekId, providerId, null, 1000))).Select(entry => entry.MessageId);
}
