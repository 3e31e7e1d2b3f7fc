using System.Diagnostics;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Who of the other processes is alive, and what a process still owes the store.</summary>
public sealed class SessionTests
{
    private static readonly RunningProcess Here = RunningProcess.Current;

    [Fact]
    public async Task A_process_that_was_killed_is_dead_at_once_even_before_its_parent_took_notice()
    {
        using Process child = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        RunningProcess running = Here with { Id = child.Id, Started = StartOf(child.Id) };
        Assert.False(running.IsGone);

        child.Kill();
        while (!running.IsGone)
        {
            await Task.Yield();
        }

        await child.WaitForExitAsync();
        Assert.True(running.IsGone);
    }

    [Fact]
    public void A_process_id_that_another_process_has_by_now_is_no_sign_of_life() => Assert.True((Here with { Started = Here.Started - 1 }).IsGone);

    [Fact]
    public void A_process_of_another_machine_or_container_can_not_be_looked_for() => Assert.False((Here with { Machine = "another", Id = int.MaxValue }).IsGone);

    [Theory]
    [InlineData(9.9, true)]
    [InlineData(10, false)]
    public async Task One_of_another_container_is_dead_when_the_machines_clock_says_that_it_was_silent(double seconds, bool isAlive)
    {
        await using var scene = new Scene();
        await scene.PutAsync(scene.Another(Here with { Machine = "another" }));

        scene.Time.StepMonotonicClock(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isAlive, await scene.IsAliveAsync());
    }

    [Fact]
    public async Task One_of_before_the_machines_last_start_is_dead()
    {
        await using var scene = new Scene();
        await scene.PutAsync(scene.Another(Here with { Boot = "before" }));

        Assert.False(await scene.IsAliveAsync());
        Assert.Equal(1, await scene.SweepAsync());
    }

    [Fact]
    public async Task No_time_of_day_ahead_or_behind_makes_a_session_live_or_die()
    {
        await using var scene = new Scene();
        await scene.PutAsync(scene.Another(Here with { Machine = "another" }));

        foreach (int hours in new[] { 1, 24, -48 })
        {
            scene.Time.StepWallClock(TimeSpan.FromHours(hours));
            Assert.True(await scene.IsAliveAsync());
        }

        scene.Time.StepMonotonicClock(TimeSpan.FromSeconds(10));
        Assert.False(await scene.IsAliveAsync());
    }

    [Fact]
    public async Task One_that_is_there_and_only_seems_silent_is_watched_and_lives_when_it_renews()
    {
        await using var scene = new Scene();
        SessionKeeper other = scene.Another(Here);
        await scene.PutAsync(other);

        // To a clock that is ahead it seems to have been silent.
        scene.Time.StepMonotonicClock(TimeSpan.FromMinutes(1));
        Assert.True(await scene.IsAliveAsync());
        Task watching = scene.Judge.WatchAsync([other.Id], default);
        for (int i = 0; i < 8; i++)
        {
            await scene.PassAsync(watching, TimeSpan.FromSeconds(1));
        }

        Assert.False(watching.IsCompleted);
        await scene.PutAsync(other);
        await scene.PassAsync(watching, TimeSpan.FromSeconds(1));
        await watching.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(await scene.IsAliveAsync());
        Assert.Equal(0, await scene.SweepAsync());
    }

    [Fact]
    public async Task One_that_is_there_and_does_not_renew_under_watch_is_dead()
    {
        await using var scene = new Scene();
        SessionKeeper stopped = scene.Another(Here);
        await scene.PutAsync(stopped);
        scene.Time.StepMonotonicClock(TimeSpan.FromMinutes(1));

        Task watching = scene.Judge.WatchAsync([stopped.Id], default);
        for (int i = 0; i < 11; i++)
        {
            await scene.PassAsync(watching, TimeSpan.FromSeconds(1));
        }

        await watching.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(await scene.IsAliveAsync());
        Assert.Equal(1, await scene.SweepAsync());
    }

    [Fact]
    public async Task Nobody_waits_for_one_that_renewed_just_now_and_nobody_for_one_that_is_gone()
    {
        await using var scene = new Scene();
        SessionKeeper live = scene.Another(Here);
        SessionKeeper gone = scene.Another(Here with { Started = Here.Started - 1 });
        await scene.PutAsync(live);
        await scene.PutAsync(gone);

        Assert.True(scene.Judge.WatchAsync([live.Id, gone.Id, "ses-never"], default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task What_could_not_be_recorded_while_the_store_was_locked_is_recorded_when_it_is_free()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1, 2, 3]);
        await using TestService hasty = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(100));
        DataSession session = hasty.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 4 });
        await session.UnprotectValueAsync(message);

        string code;
        using (service.Lock())
        {
            code = await Refusal.CodeOfAsync(() => session.DisposeAsync().AsTask());
        }

        Assert.Equal(ErrorCodes.StoreLocked, code);
        Assert.Equal(1L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
        await hasty.CloseAsync();

        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
        List<EncryptionEvent> events = await service.EventsAsync();
        Assert.Equal(2, events.Count(one => one.Type.EndsWith(EventTypes.DataProtected, StringComparison.Ordinal)));
        Assert.Single(events, one => one.Type.EndsWith(EventTypes.DataUnprotected, StringComparison.Ordinal));
        Assert.Equal(ErrorCodes.Success, (await service.Service.Events.VerifyAsync()).Code);
    }

    [Fact]
    public async Task What_is_owed_is_written_once_though_a_heartbeat_and_the_end_of_the_session_meet()
    {
        await using var scene = new Scene();
        SessionKeeper keeper = scene.Another(Here, scene.Time);
        int written = 0;
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        keeper.Owe(async () =>
        {
            written++;
            begun.SetResult();
            await goOn.Task;
        });
        scene.Time.StepMonotonicClock(TimeSpan.FromSeconds(3));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Task ending = keeper.DisposeAsync().AsTask();
        goOn.SetResult();
        await ending.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(1, written);
        Assert.Empty(await scene.ListAsync());
    }

    [Fact]
    public async Task What_is_still_owed_when_a_process_ends_is_said()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await using TestService hasty = await service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(100));
        DataSession session = hasty.Service.Data.BeginSession();
        await session.ProtectValueAsync("acme", new byte[] { 4 });

        using (service.Lock())
        {
            await Refusal.CodeOfAsync(() => session.DisposeAsync().AsTask());
            await hasty.CloseAsync();
        }

        Assert.Contains(hasty.Warnings, warning => warning.Contains("1 record of what was done could not be written", StringComparison.Ordinal));
    }

    private static long StartOf(int processId)
    {
        string text = File.ReadAllText($"/proc/{processId}/stat");
        return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[19], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A store with a clock that is stepped, and one who judges the others.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly TestFolders _folders = new();
        private readonly SqliteStore _store;
        private readonly List<SessionKeeper> _keepers = [];

        public Scene()
        {
            _store = new SqliteStore(_folders.Store, new SqliteStoreOptions { Time = Time });
            Judge = Another(Here, Time);
        }

        public ManualTimeProvider Time { get; } = new();

        public SessionKeeper Judge { get; }

        public SessionKeeper Another(RunningProcess process, TimeProvider? time = null)
        {
            // Where its clock stands still, its heartbeats are the test's to make.
            var keeper = new SessionKeeper(_store, time ?? new ManualTimeProvider(), null, process);
            _keepers.Add(keeper);
            return keeper;
        }

        public Task PutAsync(SessionKeeper keeper) => ((IStore)_store).WriteAsync(StoreScope.None, keeper.PutAsync, default);

        public Task<bool> IsAliveAsync() => ((IStore)_store).ReadAsync(
            async transaction => await Judge.IsAliveAsync(transaction, (await transaction.Sessions.ListAsync())[0].Id), default);

        public Task<IReadOnlyList<StoreSession>> ListAsync() => ((IStore)_store).ReadAsync(transaction => transaction.Sessions.ListAsync(), default);

        public async Task<int> SweepAsync()
        {
            int swept = 0;
            await ((IStore)_store).WriteAsync(StoreScope.None, async transaction => swept = await Judge.SweepAsync(transaction), default);
            return swept;
        }

        /// <summary>Lets time pass once the watcher waits for it.</summary>
        public async Task PassAsync(Task watching, TimeSpan by)
        {
            long until = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 20;
            while (!watching.IsCompleted && Stopwatch.GetTimestamp() < until)
            {
                await Task.Yield();
            }

            Time.StepMonotonicClock(by);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (SessionKeeper keeper in _keepers)
            {
                await keeper.DisposeAsync();
            }

            await _store.DisposeAsync();
            _folders.Dispose();
        }
    }
}
