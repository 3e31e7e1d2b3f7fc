using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Providers;

namespace TenantEncryption.StoreContract;

public abstract class KeyTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_key_comes_back_as_it_was_added()
    {
        await using TStore store = await WithKeyAsync();
        KeyEncryptionKey key = Sample.Key("kek-2", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous) with { ReservedWraps = 9, FileWraps = 4 };
        await store.WriteAsync(t => t.Keys.AddAsync(key));

        AssertSame(key, await store.ReadAsync(t => t.Keys.FindAsync("kek-2")));
        Assert.Null(await store.ReadAsync(t => t.Keys.FindAsync("kek-3")));
    }

    [Fact]
    public async Task A_tenant_has_one_Current_key()
    {
        await using TStore store = await WithKeyAsync();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Keys.AddAsync(Sample.Key("kek-2", "acme", "kp-acme"))));
        Assert.Equal(ErrorCodes.Unknown, refused.Code);
        await store.WriteAsync(async t =>
        {
            await t.Keys.SetStatusAsync("kek-acme", KeyEncryptionKeyStatus.Previous);
            await t.Keys.AddAsync(Sample.Key("kek-2", "acme", "kp-acme"));
        });

        Assert.Equal("kek-2", (await store.ReadAsync(t => t.Keys.FindCurrentAsync("acme")))!.KekId);
    }

    [Fact]
    public async Task Keys_are_listed_from_the_oldest_whenever_they_were_imported()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(t => t.Keys.AddAsync(
            Sample.Key("kek-old", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous) with { CreatedAt = Sample.Noon.AddTicks(-1) }));

        IReadOnlyList<KeyEncryptionKey> keys = await store.ReadAsync(t => t.Keys.ListAsync("acme"));

        Assert.Equal(["kek-old", "kek-acme"], keys.Select(key => key.KekId));
    }

    [Fact]
    public async Task Records_are_listed_as_they_are_without_counts()
    {
        await using TStore store = await WithKeyAsync();

        KeyEncryptionKey listed = Assert.Single(await store.ReadAsync(t => t.Keys.ListRecordsAsync("acme")));

        Assert.Equivalent((await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!.Record, listed.Record, strict: true);
        Assert.Empty(await store.ReadAsync(t => t.Keys.ListRecordsAsync("globex")));
    }

    [Fact]
    public async Task The_wraps_of_a_key_are_counted_without_its_record()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("res-1", "acme", "kek-acme", "kp-acme", wraps: 7), 7));

        Assert.Equal(7, await store.ReadAsync(t => t.Keys.CountWrapsAsync("kek-acme")));
        Assert.Null(await store.ReadAsync(t => t.Keys.CountWrapsAsync("kek-none")));
    }

    [Fact]
    public async Task A_replaced_record_keeps_the_keys_age_and_use()
    {
        await using TStore store = await WithKeyAsync();
        KeyEncryptionKey before = (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!;
        KeyRecord record = Sample.Record("kek-acme", "acme", "kp-next", fill: 9);
        await store.WriteAsync(async t =>
        {
            await t.Providers.AddAsync(Sample.Provider("kp-next", "acme", "next"));
            await t.Keys.ReplaceRecordAsync(record);
        });

        AssertSame(before with { Record = record }, await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")));
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_not_changed_in_silence()
    {
        await using TStore store = await WithKeyAsync();

        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Keys.ReplaceRecordAsync(Sample.Record("kek-2", "acme", "kp-acme"))));
        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => store.WriteAsync(t => t.Keys.SetStatusAsync("kek-2", KeyEncryptionKeyStatus.Previous)));
    }

    [Fact]
    public async Task Wraps_are_counted_when_they_are_reserved_and_given_back_when_they_were_not_used()
    {
        await using TStore store = await WithKeyAsync();
        WrapReservation reservation = Sample.Reservation("r", "acme", "kek-acme", "kp-acme");

        await store.WriteAsync(t => t.Keys.ReserveAsync(reservation, 100));
        Assert.Equal(reservation, await store.ReadAsync(t => t.Keys.FindReservationAsync("r")));
        Assert.Equal((100, 0), await UseAsync(store));

        WrapReservation extended = reservation with { Wraps = 250 };
        await store.WriteAsync(t => t.Keys.ReserveAsync(extended, 150));
        Assert.Equal(extended, await store.ReadAsync(t => t.Keys.FindReservationAsync("r")));
        Assert.Equal((250, 0), await UseAsync(store));

        await store.WriteAsync(t => t.Keys.CloseReservationAsync(extended, unusedWraps: 230, fileWraps: 15));
        Assert.Null(await store.ReadAsync(t => t.Keys.FindReservationAsync("r")));
        Assert.Equal((20, 15), await UseAsync(store));
    }

    [Fact]
    public async Task Files_that_were_found_are_counted_as_reserved_and_as_files_so_that_no_value_is_forgotten()
    {
        await using TStore store = new();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("res-1", "acme", "kek-acme", "kp-acme", wraps: 3), 3));

        Assert.True(await store.WriteAsync(t => t.Keys.CountFoundAsync("kek-acme", null, 5)));
        Assert.True(await store.WriteAsync(t => t.Keys.CountFoundAsync(null, "kp-acme", 2)));
        Assert.False(await store.WriteAsync(t => t.Keys.CountFoundAsync("kek-gone", null, 1)));
        Assert.False(await store.WriteAsync(t => t.Keys.CountFoundAsync(null, "kp-gone", 1)));

        Assert.Equal((8L, 5L), await store.ReadAsync(async t => (await t.Keys.FindAsync("kek-acme")) is { } key ? (key.ReservedWraps, key.FileWraps) : default));
        Assert.Equal(3, (await store.ReadAsync(t => t.Providers.FindAsync("kp-acme")))!.ValueCount);
    }

    [Fact]
    public async Task A_reservation_that_is_closed_twice_gives_back_once()
    {
        await using TStore store = await WithKeyAsync();
        WrapReservation reservation = Sample.Reservation("r", "acme", "kek-acme", "kp-acme");
        await store.WriteAsync(t => t.Keys.ReserveAsync(reservation, 100));

        await store.WriteAsync(t => t.Keys.CloseReservationAsync(reservation, 40, 1));
        await store.WriteAsync(t => t.Keys.CloseReservationAsync(reservation, 40, 1));

        Assert.Equal((60, 1), await UseAsync(store));
    }

    [Fact]
    public async Task More_than_was_reserved_is_never_given_back()
    {
        await using TStore store = await WithKeyAsync();
        WrapReservation reservation = Sample.Reservation("r", "acme", "kek-acme", "kp-acme");
        await store.WriteAsync(t => t.Keys.ReserveAsync(reservation, 100));

        await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Keys.CloseReservationAsync(reservation, 101, 0)));

        Assert.Equal((100, 0), await UseAsync(store));
    }

    [Theory]
    [InlineData("nobody", "kek-acme", "kp-acme", "s")]
    [InlineData("acme", "kek-gone", "kp-acme", "s")]
    [InlineData("acme", "kek-acme", "kp-gone", "s")]
    [InlineData("acme", "kek-acme", "kp-acme", "gone")]
    public async Task A_reservation_under_something_that_is_gone_is_refused(string tenantId, string kekId, string providerId, string session)
    {
        await using TStore store = await WithKeyAsync();

        var refused = await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(
            t => t.Keys.ReserveAsync(Sample.Reservation("r", tenantId, kekId, providerId, session: session), 1)));

        Assert.Equal(ErrorCodes.LeaseLost, refused.Code);
    }

    [Fact]
    public async Task Open_reservations_are_counted_by_provider()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "globex");
            await t.Keys.ReserveAsync(Sample.Reservation("r1", "acme", "kek-acme", "kp-acme"), 1);
            await t.Keys.ReserveAsync(Sample.Reservation("r2", "acme", null, "kp-acme"), 1);
            await t.Keys.ReserveAsync(Sample.Reservation("r3", "globex", "kek-globex", "kp-globex"), 1);
        });

        Assert.Equal(["s", "s"], await store.ReadAsync(t => t.Keys.ListWritersAsync("kp-acme")));
    }

    [Fact]
    public async Task Open_reservations_are_counted_by_key()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(async t =>
        {
            await t.Keys.AddAsync(Sample.Key("kek-other", "acme", "kp-acme") with { Status = KeyEncryptionKeyStatus.Previous });
            await t.Keys.ReserveAsync(Sample.Reservation("r1", "acme", "kek-acme", "kp-acme"), 1);
            await t.Keys.ReserveAsync(Sample.Reservation("r2", "acme", null, "kp-acme"), 1);
        });

        Assert.Equal(["s"], await store.ReadAsync(t => t.Keys.ListWritersOfKeyAsync("kek-acme")));
        Assert.Empty(await store.ReadAsync(t => t.Keys.ListWritersOfKeyAsync("kek-other")));
    }

    [Fact]
    public async Task One_key_is_removed_and_those_beside_it_stay()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(t => t.Keys.AddAsync(Sample.Key("kek-other", "acme", "kp-acme") with { Status = KeyEncryptionKeyStatus.Previous }));

        await store.WriteAsync(t => t.Keys.RemoveAsync("kek-other"));

        Assert.Equal(["kek-acme"], (await store.ReadAsync(t => t.Keys.ListAsync("acme"))).Select(key => key.KekId));
        Assert.Equal(ErrorCodes.Unknown, await CodeOfRemovingAsync(store, "kek-other"));
    }

    [Fact]
    public async Task No_key_is_removed_under_which_a_reservation_is_open()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("r1", "acme", "kek-acme", "kp-acme"), 1));

        Assert.Equal(ErrorCodes.HasDependants, await CodeOfRemovingAsync(store, "kek-acme"));
    }

    [Fact]
    public async Task A_key_that_comes_back_finds_the_messages_that_it_left()
    {
        await using TStore store = await WithKeyAsync();
        await store.WriteAsync(async t =>
        {
            await t.Catalog.AddPendingAsync("res-1", [Sample.Entry("m1", "acme", "/a", "kek-acme")]);
            await t.Keys.RemoveOfProviderAsync("kp-acme");
            await t.Keys.AddAsync(Sample.Key("kek-acme", "acme", "kp-acme"));
        });

        KeyProvider provider = (await store.ReadAsync(t => t.Providers.FindAsync("kp-acme")))!;

        Assert.Equal(1, provider.MessageCount);
    }

    private static async Task<string> CodeOfRemovingAsync(TStore store, string kekId) =>
        (await Assert.ThrowsAsync<TenantEncryptionException>(() => store.WriteAsync(t => t.Keys.RemoveAsync(kekId)))).Code;

    private static async Task<TStore> WithKeyAsync()
    {
        var store = new TStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        return store;
    }

    private static async Task<(long Reserved, long Files)> UseAsync(TStore store)
    {
        KeyEncryptionKey key = (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!;
        return (key.ReservedWraps, key.FileWraps);
    }

    private static void AssertSame(KeyEncryptionKey expected, KeyEncryptionKey? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Record = actual.Record, ProviderName = actual.ProviderName }, actual);
        Assert.Equivalent(expected.Record, actual.Record, strict: true);
    }
}
