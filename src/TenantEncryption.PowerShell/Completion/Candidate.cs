namespace TenantEncryption.PowerShell.Completion;

/// <summary>Something that Tab may offer.</summary>
/// <param name="Text">The word.</param>
/// <param name="Tip">What it is.</param>
internal sealed record Candidate(string Text, string Tip)
{
    /// <summary>What may be typed for it as well, such as the word without its prefix.</summary>
    public string? Also { get; init; }
}
