using TenantEncryption.Anchors;

namespace TenantEncryption.Hosting;

/// <summary>
/// Anchors of the event log that the service makes by itself. Every host of a store may be told to: of each anchor one makes it, whichever comes first when it is due by
/// the store's clock.
/// </summary>
public sealed class AnchorSettings
{
    /// <summary>Whether anchors are made.</summary>
    public bool Enabled { get; set; }

    /// <summary>How old the last anchor is when the next one is due: a second to a day.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A file to which each anchor is appended; none when not given.</summary>
    public string? Path { get; set; }

    /// <summary>A master key in AWS KMS whose CloudTrail shall hold them, by its ARN; none when not given.</summary>
    public string? KeyArn { get; set; }

    /// <summary>A place in a bucket, <c>s3://bucket/prefix</c>, where each is an object that Object Lock holds; none when not given. It takes <see cref="TenantEncryptionSettings.ObjectStore"/>.</summary>
    public string? Bucket { get; set; }

    /// <summary>What the objects are held against; the bucket's default retention when not given. With <see cref="RetentionDays"/>.</summary>
    public AnchorRetentionMode? RetentionMode { get; set; }

    /// <summary>For how many days they are held: 1 to 36,500. With <see cref="RetentionMode"/>.</summary>
    public int? RetentionDays { get; set; }

    /// <summary>Whether they go also into a bucket that holds nothing from being deleted. No when not given: <c>SPACE_UNLOCKED</c>.</summary>
    public bool AllowUnlocked { get; set; }

    /// <summary>How many anchors a place may lack before the health check is Degraded.</summary>
    public int MostBehind { get; set; } = 5;

    /// <summary>The schedule; <see langword="null"/> for none.</summary>
    internal AnchorSchedule? Schedule => !Enabled ? null : new AnchorSchedule
    {
        Interval = Interval,
        Places = new AnchorPlaces
        {
            Path = Path,
            KeyArn = KeyArn,
            Bucket = Bucket is null ? null : new AnchorBucket
            {
                Address = Bucket,
                RetentionMode = RetentionMode,
                Retention = RetentionDays is { } days ? TimeSpan.FromDays(days) : null,
                AllowUnlocked = AllowUnlocked,
            },
        },
    };
}
