using TenantEncryption.Errors;
using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>
/// A place for anchors in a bucket: an object each, <c>prefix/store id/number.json</c>, written on the condition that there is none, and held by Object Lock. Several
/// stores may share it.
/// </summary>
public sealed record AnchorBucket
{
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>The place: <c>s3://bucket/prefix</c>.</summary>
    public required string Address { get; init; }

    /// <summary>What the objects are held against; <see langword="null"/> for the bucket's default retention. With <see cref="Retention"/>.</summary>
    public AnchorRetentionMode? RetentionMode { get; init; }

    /// <summary>How long they are held from when they are put: a day to 36,500 days; <see langword="null"/> for the bucket's default retention. With <see cref="RetentionMode"/>.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Whether anchors are put there also where nothing would hold them: a bucket without Object Lock, or without a retention. Whoever may delete there could then take
    /// the last ones away without a trace. No when not given: <c>SPACE_UNLOCKED</c>.
    /// </summary>
    public bool AllowUnlocked { get; init; }

    /// <summary>The place as events tell it.</summary>
    internal string Place => AnchorFolder.Of(Address, "-").Place;

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    internal void Check()
    {
        ObjectAddress.Parse(Address);
        if (RetentionMode is null != Retention is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "A retention of anchors has a mode and a time: give both, or neither for the bucket's default retention.");
        }

        if (Retention is { } retention && (retention < Shortest || retention > Longest))
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"Anchors can't be held for {retention}: a retention is a day to {Longest.Days:N0} days.");
        }
    }
}
