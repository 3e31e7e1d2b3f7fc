namespace TenantEncryption.LocalKms.Tests.Support;

/// <summary>The real time, shifted.</summary>
internal sealed class SettableTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
