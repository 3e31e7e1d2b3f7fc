using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

public abstract class SessionTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_session_comes_back_with_how_often_it_was_renewed_and_how_long_ago()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));
        store.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(Sample.Session("s") with { Beats = 1, Silence = TimeSpan.FromSeconds(7) }, await store.ReadAsync(t => t.Sessions.FindAsync("s")));

        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));

        StoreSession renewed = Sample.Session("s") with { Beats = 2, Silence = TimeSpan.Zero };
        Assert.Equal(renewed, await store.ReadAsync(t => t.Sessions.FindAsync("s")));
        Assert.Equal([renewed], await store.ReadAsync(t => t.Sessions.ListAsync()));
    }

    [Fact]
    public async Task The_time_of_day_tells_nothing_of_a_session()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));

        store.Time.StepWallClock(TimeSpan.FromDays(-400));

        Assert.Equal(TimeSpan.Zero, (await store.ReadAsync(t => t.Sessions.FindAsync("s")))!.Silence);
    }

    [Fact]
    public async Task A_moment_was_as_long_ago_as_the_stores_clock_says_whatever_the_time_of_day()
    {
        await using var store = new TStore();
        StoreMoment moment = await store.ReadAsync(t => t.Sessions.NowAsync());

        store.Time.StepWallClock(TimeSpan.FromDays(-400));
        store.Time.StepMonotonicClock(TimeSpan.FromSeconds(7));

        Assert.Equal(TimeSpan.FromSeconds(7), await store.ReadAsync(t => t.Sessions.SinceAsync(moment)));
        Assert.Equal(TimeSpan.FromSeconds(-3), await store.ReadAsync(t => t.Sessions.SinceAsync(moment with { Milliseconds = moment.Milliseconds + 10_000 })));
        Assert.Null(await store.ReadAsync(t => t.Sessions.SinceAsync(moment with { Boot = "another start" })));
    }

    [Fact]
    public async Task A_heartbeat_does_not_end_the_sessions_reservations()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("r", "acme", "kek-acme", "kp-acme"), 100));

        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));

        Assert.NotNull(await store.ReadAsync(t => t.Keys.FindReservationAsync("r")));
    }

    [Fact]
    public async Task A_session_takes_its_reservations_with_it_and_leaves_their_wraps_counted()
    {
        await using var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await t.Sessions.PutAsync(Sample.Session("silent"));
            await t.Keys.ReserveAsync(Sample.Reservation("r-live", "acme", "kek-acme", "kp-acme"), 100);
            await t.Keys.ReserveAsync(Sample.Reservation("r-silent", "acme", "kek-acme", "kp-acme", session: "silent"), 100);
        });

        Assert.True(await store.WriteAsync(t => t.Sessions.RemoveAsync("silent")));

        Assert.Null(await store.ReadAsync(t => t.Sessions.FindAsync("silent")));
        Assert.Null(await store.ReadAsync(t => t.Keys.FindReservationAsync("r-silent")));
        Assert.NotNull(await store.ReadAsync(t => t.Sessions.FindAsync("s")));
        Assert.NotNull(await store.ReadAsync(t => t.Keys.FindReservationAsync("r-live")));
        Assert.Equal(200, (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!.ReservedWraps);
    }

    [Fact]
    public async Task A_session_that_was_renewed_since_it_was_looked_at_is_not_removed()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));
        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));

        Assert.False(await store.WriteAsync(t => t.Sessions.RemoveAsync("s", beats: 1)));
        Assert.True(await store.WriteAsync(t => t.Sessions.RemoveAsync("s", beats: 2)));
        Assert.False(await store.WriteAsync(t => t.Sessions.RemoveAsync("s")));
    }
}
