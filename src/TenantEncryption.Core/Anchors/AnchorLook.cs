namespace TenantEncryption.Anchors;

/// <summary>What a look at the last anchor found.</summary>
/// <param name="Last">The last anchor, which may have been made by the look.</param>
/// <param name="Left">How long it is until the next one may be due.</param>
/// <param name="IsDue">Whether one was due: it was made, or nothing was written since the last one.</param>
internal sealed record AnchorLook(Anchor Last, TimeSpan Left, bool IsDue);
