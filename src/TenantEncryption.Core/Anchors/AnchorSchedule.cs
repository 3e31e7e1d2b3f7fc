namespace TenantEncryption.Anchors;

/// <summary>Anchors made by themselves while a service is open. Of several services on a store one makes each: whoever comes first when one is due.</summary>
public sealed record AnchorSchedule
{
    /// <summary>How old the last anchor is when the next one is due: what is cut off the log within that time is not shown by anchors. At least a second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where they are kept outside the store.</summary>
    public AnchorPlaces Places { get; init; } = new();
}
