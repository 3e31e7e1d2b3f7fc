namespace TenantEncryption.LocalKms.Protocol;

/// <summary>
/// The clock of key deletion, rotation, grants and conditions. It can be set ahead of the real time, to rehearse what takes days;
/// signatures and sessions go by the real time, which the clients share.
/// </summary>
internal sealed class ServiceClock(TimeProvider time)
{
    private long _ahead;

    public DateTimeOffset Now => time.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    /// <summary>Sets the clock ahead of where it is.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}
