namespace TenantEncryption.Spaces;

/// <summary>An object of a list.</summary>
/// <param name="Key">Its key.</param>
/// <param name="ETag">Its entity tag.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedAt">When it was put; <see langword="null"/> where that was not told.</param>
/// <param name="VersionId">The version; <see langword="null"/> in a list of the latest ones.</param>
/// <param name="IsLatest">Whether it is the latest of its key.</param>
/// <param name="StorageClass">The class, as the store names it; <see langword="null"/> where that was not told.</param>
/// <param name="IsMarker">Whether it is no object, but says that the one of its key was deleted: what was there before is there as an older version.</param>
internal sealed record ListedObject(
    string Key, string ETag, long Length, DateTimeOffset? ModifiedAt, string? VersionId = null, bool IsLatest = true, string? StorageClass = null, bool IsMarker = false);
