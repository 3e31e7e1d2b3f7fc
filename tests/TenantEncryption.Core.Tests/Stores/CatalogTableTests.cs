using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Core.Tests.Stores;

public sealed class CatalogTableTests
{
    [Fact]
    public async Task An_entry_is_Pending_until_it_is_confirmed()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        CatalogEntry entry = Sample.Entry("m1", "acme", "/data/ünï 😀.tenc", "kek-acme", "r");

        await store.WriteAsync(t => t.Catalog.AddPendingAsync([entry]));
        Assert.Null(await store.ReadAsync(t => t.Catalog.FindAtAsync(entry.Path)));
        Assert.Equal([entry], await ListAsync(store));

        await store.WriteAsync(t => t.Catalog.ConfirmAsync(["m1"]));
        CatalogEntry present = entry with { State = CatalogState.Present, ReservationId = null };
        Assert.Equal(present, await store.ReadAsync(t => t.Catalog.FindAtAsync(entry.Path)));
        Assert.Null(await store.ReadAsync(t => t.Catalog.FindAtAsync(entry.Path.ToUpperInvariant())));
    }

    [Fact]
    public async Task A_confirmed_entry_takes_the_place_of_what_was_at_its_path()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("other", "acme", "/b", "kek-acme"));

        await store.WriteAsync(t => t.Catalog.AddPendingAsync([Sample.Entry("m2", "acme", "/a", "kek-acme")]));
        Assert.Equal(["m1", "m2", "other"], (await ListAsync(store)).Select(entry => entry.MessageId));
        await store.WriteAsync(t => t.Catalog.ConfirmAsync(["m2"]));

        Assert.Equal(["m2", "other"], (await ListAsync(store)).Select(entry => entry.MessageId));
    }

    [Fact]
    public async Task Confirming_again_changes_nothing()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"));

        await store.WriteAsync(t => t.Catalog.ConfirmAsync(["m1"]));

        Assert.Equal("m1", Assert.Single(await ListAsync(store)).MessageId);
    }

    [Fact]
    public async Task An_entry_that_is_gone_is_not_confirmed_in_silence()
    {
        await using TemporaryStore store = await WithTenantsAsync();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Catalog.ConfirmAsync(["m1"])));

        Assert.Equal(ErrorCodes.LeaseLost, refused.Code);
    }

    [Fact]
    public async Task A_message_id_is_unique()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"));

        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Catalog.AddPendingAsync([Sample.Entry("m1", "acme", "/b", "kek-acme")])));
    }

    [Fact]
    public async Task The_database_itself_refuses_a_second_Present_entry_at_a_path()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"));
        await store.WriteAsync(t => t.Catalog.AddPendingAsync([Sample.Entry("m2", "acme", "/a", "kek-acme")]));

        using var connection = store.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE catalog SET state = 'Present'";

        Assert.Contains("UNIQUE", Assert.ThrowsAny<Exception>(() => command.ExecuteNonQuery()).Message);
    }

    [Fact]
    public async Task Removed_entries_are_gone()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, Sample.Entry("m1", "acme", "/a", "kek-acme"), Sample.Entry("m2", "acme", "/b", "kek-acme"));

        await store.WriteAsync(t => t.Catalog.RemoveAsync(["m1", "never"]));

        Assert.Equal("m2", Assert.Single(await ListAsync(store)).MessageId);
    }

    [Fact]
    public async Task A_list_is_narrowed_by_tenant_key_and_provider()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await store.WriteAsync(t => t.Keys.AddAsync(
            Sample.Key("kek-2", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous)));
        await store.WriteAsync(t => t.Providers.AddAsync(Sample.Provider("kp-2", "acme", "direct")));
        await AddPresentAsync(
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
    [InlineData(3)]
    [InlineData(100)]
    public async Task Paging_meets_every_entry_once_even_where_several_share_a_path(int limit)
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await AddPresentAsync(store, [.. "adfg".Select(c => Sample.Entry("present-" + c, "acme", "/" + c, "kek-acme"))]);
        await store.WriteAsync(t => t.Catalog.AddPendingAsync(
        [
            Sample.Entry("pending-d2", "acme", "/d", "kek-acme"),
            Sample.Entry("pending-d1", "acme", "/d", "kek-acme"),
            Sample.Entry("pending-b", "acme", "/b", "kek-acme"),
        ]));

        var met = new List<string>();
        string? after = null;
        IReadOnlyList<CatalogEntry> page;
        do
        {
            page = await store.ReadAsync(t => t.Catalog.ListAsync("acme", null, null, after, limit));
            met.AddRange(page.Select(entry => entry.MessageId));
            after = page.Count == 0 ? null : page[^1].Path;
        }
        while (page.Count >= limit);

        Assert.Equal(["present-a", "pending-b", "present-d", "pending-d1", "pending-d2", "present-f", "present-g"], met);
    }

    [Fact]
    public async Task Pending_entries_are_orphaned_when_their_session_is_removed()
    {
        await using TemporaryStore store = await WithTenantsAsync();
        await store.WriteAsync(async t =>
        {
            await t.Sessions.PutAsync(Sample.Session("dying"));
            await t.Keys.ReserveAsync(Sample.Reservation("r-live", "acme", "kek-acme", "kp-acme"), 100);
            await t.Keys.ReserveAsync(Sample.Reservation("r-dying", "acme", "kek-acme", "kp-acme", session: "dying"), 100);
            await t.Catalog.AddPendingAsync(
            [
                Sample.Entry("m1", "acme", "/a", "kek-acme", "r-live"),
                Sample.Entry("m2", "acme", "/b", "kek-acme", "r-dying"),
                Sample.Entry("m3", "acme", "/c", "kek-acme", "r-dying"),
            ]);
            await t.Catalog.ConfirmAsync(["m3"]);
        });
        Assert.Empty(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync()));

        await store.WriteAsync(t => t.Sessions.RemoveAsync("dying"));

        Assert.Equal("m2", Assert.Single(await store.ReadAsync(t => t.Catalog.ListOrphanedAsync())).MessageId);
        Assert.Equal(200, (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!.ReservedWraps);
    }

    private static async Task<TemporaryStore> WithTenantsAsync()
    {
        var store = new TemporaryStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await Sample.AddTenantWithKeyAsync(t, "globex");
        });
        return store;
    }

    private static Task AddPresentAsync(TemporaryStore store, params CatalogEntry[] entries) => store.WriteAsync(async t =>
    {
        await t.Catalog.AddPendingAsync(entries);
        await t.Catalog.ConfirmAsync([.. entries.Select(entry => entry.MessageId)]);
    });

    private static Task<IReadOnlyList<CatalogEntry>> ListAsync(TemporaryStore store) =>
        store.ReadAsync(t => t.Catalog.ListAsync(null, null, null, null, 1000));

    private static async Task<IEnumerable<string>> IdsAsync(
        TemporaryStore store,
        string? tenantId = null,
        string? kekId = null,
        string? providerId = null) =>
        (await store.ReadAsync(t => t.Catalog.ListAsync(tenantId, kekId, providerId, null, 1000))).Select(entry => entry.MessageId);
}
