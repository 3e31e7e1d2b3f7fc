namespace TenantEncryption.Anchors;

/// <summary>The head of a chain as an anchor covered it.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Anchor">The number of the first anchor that covered it so.</param>
/// <param name="Sequence">The number of the chain's last event at that time.</param>
/// <param name="Mac">That event's MAC.</param>
internal sealed record AnchoredHead(string Chain, long Anchor, long Sequence, byte[] Mac);
