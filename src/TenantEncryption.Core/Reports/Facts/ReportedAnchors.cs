using TenantEncryption.Anchors;

namespace TenantEncryption.Reports;

/// <summary>The anchors of the event log that the store tells. Whether they are those that were made, only what was kept outside the store shows.</summary>
/// <param name="Count">How many the store tells.</param>
/// <param name="First">The oldest one.</param>
/// <param name="Last">The newest one.</param>
public sealed record ReportedAnchors(long Count, Anchor First, Anchor Last)
{
    /// <summary>How far they went to each bucket and key, as the store tells it.</summary>
    public IReadOnlyList<AnchorPublication> Publications { get; init; } = [];
}
