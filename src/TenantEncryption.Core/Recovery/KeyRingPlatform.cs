namespace TenantEncryption.Recovery;

/// <summary>The platform of a tenant in a key ring.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Of a user's own profile its SHA-256, in lower-case hexadecimal; <see langword="null"/> for a built-in one.</param>
/// <param name="Json">The text of that profile, which only a ring under a passphrase has.</param>
internal sealed record KeyRingPlatform(string Name, string? Hash, string? Json);
