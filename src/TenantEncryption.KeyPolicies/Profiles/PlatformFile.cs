namespace TenantEncryption.Platforms;

/// <summary>A user's own platform profile, as the store keeps it.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Json">The file's text.</param>
public sealed record PlatformFile(PlatformProfile Profile, string Json);
