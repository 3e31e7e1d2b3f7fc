using TenantEncryption.Stores;

namespace TenantEncryption.StoreContract;

public abstract class SessionTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    [Fact]
    public async Task A_session_comes_back_with_its_last_heartbeat()
    {
        await using var store = new TStore();
        StoreSession session = Sample.Session("s");
        await store.WriteAsync(t => t.Sessions.PutAsync(session));
        StoreSession renewed = session with { HeartbeatAt = Sample.Noon.AddSeconds(2) };
        await store.WriteAsync(t => t.Sessions.PutAsync(renewed));

        Assert.Equal(renewed, await store.ReadAsync(t => t.Sessions.FindAsync("s")));
    }

    [Fact]
    public async Task A_heartbeat_does_not_end_the_sessions_reservations()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        await store.WriteAsync(t => t.Keys.ReserveAsync(Sample.Reservation("r", "acme", "kek-acme", "kp-acme"), 100));

        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s") with { HeartbeatAt = Sample.Noon.AddSeconds(2) }));

        Assert.NotNull(await store.ReadAsync(t => t.Keys.FindReservationAsync("r")));
    }

    [Fact]
    public async Task Sweeping_removes_the_silent_with_their_reservations_and_leaves_their_wraps_counted()
    {
        await using var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await t.Sessions.PutAsync(Sample.Session("silent") with { HeartbeatAt = Sample.Noon.AddSeconds(-11) });
            await t.Keys.ReserveAsync(Sample.Reservation("r-live", "acme", "kek-acme", "kp-acme"), 100);
            await t.Keys.ReserveAsync(Sample.Reservation("r-silent", "acme", "kek-acme", "kp-acme", session: "silent"), 100);
        });

        Assert.Equal(1, await store.WriteAsync(t => t.Sessions.SweepAsync(Sample.Noon.AddSeconds(-10))));

        Assert.Null(await store.ReadAsync(t => t.Sessions.FindAsync("silent")));
        Assert.Null(await store.ReadAsync(t => t.Keys.FindReservationAsync("r-silent")));
        Assert.NotNull(await store.ReadAsync(t => t.Sessions.FindAsync("s")));
        Assert.NotNull(await store.ReadAsync(t => t.Keys.FindReservationAsync("r-live")));
        Assert.Equal(200, (await store.ReadAsync(t => t.Keys.FindAsync("kek-acme")))!.ReservedWraps);
    }

    [Fact]
    public async Task A_heartbeat_at_the_limit_still_counts()
    {
        await using var store = new TStore();
        await store.WriteAsync(t => t.Sessions.PutAsync(Sample.Session("s")));

        Assert.False(await store.ReadAsync(t => t.Sessions.AnyAsync(Sample.Noon)));
        Assert.True(await store.ReadAsync(t => t.Sessions.AnyAsync(Sample.Noon.AddTicks(1))));
        Assert.Equal(0, await store.WriteAsync(t => t.Sessions.SweepAsync(Sample.Noon)));
        Assert.Equal(1, await store.WriteAsync(t => t.Sessions.SweepAsync(Sample.Noon.AddTicks(1))));
    }
}
