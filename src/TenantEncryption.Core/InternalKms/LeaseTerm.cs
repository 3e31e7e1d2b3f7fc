namespace TenantEncryption.Keys;

/// <summary>A time that begins now and ends at the earlier of a monotonic and a wall-clock deadline: a machine that slept, or a clock that was set back, extends nothing.</summary>
internal sealed class LeaseTerm(TimeProvider time, TimeSpan duration)
{
    private readonly long _begunAt = time.GetTimestamp();
    private readonly DateTimeOffset _wallDeadline = time.GetUtcNow() + duration;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => Left <= TimeSpan.Zero;

    /// <summary>What is left of it; nothing, or less, when it is over.</summary>
    public TimeSpan Left
    {
        get
        {
            TimeSpan monotonic = duration - time.GetElapsedTime(_begunAt);
            TimeSpan wall = _wallDeadline - time.GetUtcNow();
            return monotonic < wall ? monotonic : wall;
        }
    }
}
