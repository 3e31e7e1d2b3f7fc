namespace TenantEncryption.Anchors;

/// <summary>What a reader of kept anchors comes upon: the next one, or why there can be no next one.</summary>
/// <param name="Anchor">The anchor, which follows the one before it; <see langword="null"/> where something is wrong.</param>
/// <param name="IsHeld">Whether it can't be deleted now, as far as the reader is shown that.</param>
/// <param name="Fault">What is wrong, in a sentence; nothing comes after it.</param>
internal sealed record KeptAnchor(Anchor? Anchor, bool IsHeld, string? Fault = null)
{
    public static KeptAnchor Failed(string fault) => new(null, IsHeld: false, fault);
}
