namespace TenantEncryption.Anchors;

/// <summary>What the next anchor will say of the tenants' chains.</summary>
/// <param name="Last">The anchor before it.</param>
/// <param name="Number">Its number.</param>
/// <param name="Heads">The heads; those that changed have its number.</param>
/// <param name="IsNew">Whether something was written since the anchor before, but what tells of that one.</param>
internal sealed record AnchorDraft(Anchor? Last, long Number, IReadOnlyList<AnchoredHead> Heads, bool IsNew);
