using TenantEncryption.Platforms;

namespace TenantEncryption.Stores;

/// <summary>A user's own platform profile, as the store keeps it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Json">The file's text.</param>
/// <param name="Hash">SHA-256 of the text, in lower-case hexadecimal.</param>
/// <param name="AddedAt">When it was copied into the store.</param>
internal sealed record StoredPlatform(string Name, string Json, string Hash, DateTimeOffset AddedAt)
{
    /// <summary>What the text says.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_PLATFORM</c>: it is not the text that was stored.</exception>
    internal PlatformProfile Profile => PlatformCatalog.Of(Name, Json, Hash);
}
