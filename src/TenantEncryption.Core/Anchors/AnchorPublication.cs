namespace TenantEncryption.Anchors;

/// <summary>How far anchors went to a place outside the store, as the store tells it. Files are not told of: who reads one sees how far it goes.</summary>
/// <param name="Place">The bucket with its prefix (<c>s3://bucket/prefix</c>), or the master key whose CloudTrail holds them.</param>
/// <param name="Number">The last anchor that is there; 0 for none.</param>
/// <param name="Time">When it was put there; <see langword="null"/> for none.</param>
/// <param name="Behind">How many of the store's anchors came after it.</param>
/// <param name="IsScheduled">Whether the service that was asked puts its anchors there by itself.</param>
public sealed record AnchorPublication(string Place, long Number, DateTimeOffset? Time, long Behind, bool IsScheduled);
