namespace TenantEncryption.Spaces;

/// <summary>What keeps a version of an object from being deleted (Object Lock).</summary>
/// <param name="Mode">The mode of the retention, as the store names it: <c>GOVERNANCE</c> or <c>COMPLIANCE</c>.</param>
/// <param name="Until">The end of the retention.</param>
/// <param name="Legal">Whether there is a legal hold, which ends when somebody ends it.</param>
internal sealed record ObjectHold(string? Mode, DateTimeOffset? Until, bool Legal)
{
    /// <summary>Nothing does.</summary>
    public static ObjectHold None { get; } = new(null, null, Legal: false);

    /// <summary>Whether it can't be deleted at a time.</summary>
    /// <param name="now">The time.</param>
    public bool Holds(DateTimeOffset now) => Legal || Until > now;
}
