
namespace TenantEncryption.Platforms;

/// <summary>A user's own platform profile, as the store keeps it.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Json">The file's text.</param>
public sealed record PlatformFile(PlatformProfile Profile, string Json)
{
    /// <summary>Reads a user's own profile.</summary>
    /// <param name="path">The file: UTF-8 JSON, up to 1 MiB.</param>
    /// <returns>The text and the profile.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>; <c>INVALID_PLATFORM</c>: the detail has the JSON path, and line and column where the JSON is malformed.
    /// </exception>
    public static PlatformFile Read(string path) => PlatformProfileReader.ReadFile(path);
}
