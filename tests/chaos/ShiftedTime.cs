namespace TenantEncryption.Chaos;

/// <summary>A clock that is ahead: to it, the sessions of killed workers are old enough to count as dead.</summary>
internal sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
}
