namespace TenantEncryption.Tests.Scenarios;

/// <summary>
/// A clock on which a pause of some seconds is over at once, and the time has gone by. Longer waits end when the pauses add up to them; periodic
/// timers stand still.
/// </summary>
internal sealed class HastyTimeProvider : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _begun = DateTimeOffset.UtcNow;
    private readonly object _gate = new();
    private readonly List<WaitingTimer> _waiting = [];
    private long _ticks;

    /// <summary>Told of each pause.</summary>
    public Action<TimeSpan>? OnPause { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _begun + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WaitingTimer(this, callback, state, GetTimestamp() + dueTime.Ticks);
        if (period == Timeout.InfiniteTimeSpan && dueTime >= TimeSpan.Zero)
        {
            lock (_gate)
            {
                _waiting.Add(timer);
            }

            if (dueTime <= LongestPause)
            {
                Pause(dueTime);
            }
        }

        return timer;
    }

    private void Pause(TimeSpan by)
    {
        long now = Interlocked.Add(ref _ticks, by.Ticks);
        OnPause?.Invoke(by);
        WaitingTimer[] due;
        lock (_gate)
        {
            due = [.. _waiting.Where(timer => timer.DueAt <= now)];
            _waiting.RemoveAll(due.Contains);
        }

        foreach (WaitingTimer timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class WaitingTimer(HastyTimeProvider owner, TimerCallback callback, object? state, long dueAt) : ITimer
    {
        public long DueAt => dueAt;

        public void Fire() => ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._waiting.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
