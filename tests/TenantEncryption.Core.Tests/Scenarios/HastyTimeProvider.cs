namespace TenantEncryption.Tests.Scenarios;

/// <summary>A clock on which short waits take no time: the monotonic clock, and whatever else a test names, is set ahead instead.</summary>
/// <param name="onWait">Told of each wait.</param>
internal sealed class HastyTimeProvider(Action<TimeSpan>? onWait = null) : TimeProvider
{
    // Leases and heartbeats are no waits.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (dueTime >= TimeSpan.Zero && dueTime <= Longest && period == Timeout.InfiniteTimeSpan)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            onWait?.Invoke(dueTime);
            timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        return timer;
    }
}
