namespace TenantEncryption.Spaces;

/// <summary>The Object Lock of a bucket: each version of an object can have a retention, within which nobody deletes it (Amazon S3 user guide, "Locking objects with Object Lock").</summary>
/// <param name="DefaultMode">The mode of the retention that a version gets whose writer names none, as the store names it; <see langword="null"/> when it gets none.</param>
internal sealed record BucketLock(string? DefaultMode);
