namespace TenantEncryption.Spaces;

/// <summary>What of a key is read.</summary>
/// <param name="VersionId">A version; <see langword="null"/> for the latest.</param>
/// <param name="ETag">The only object that will do; <see langword="null"/> for any.</param>
/// <param name="From">The first byte.</param>
/// <param name="To">The last byte; <see langword="null"/> for the object's.</param>
internal readonly record struct ObjectSelection(string? VersionId = null, string? ETag = null, long From = 0, long? To = null);
