namespace TenantEncryption.PowerShell.Completion;

/// <summary>Something that Tab may offer.</summary>
/// <param name="Text">The word.</param>
/// <param name="Tip">What it is.</param>
internal sealed record Candidate(string Text, string Tip);
