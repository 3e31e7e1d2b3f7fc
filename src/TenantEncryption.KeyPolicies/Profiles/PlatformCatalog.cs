using System.Collections.Concurrent;
using TenantEncryption.Errors;

namespace TenantEncryption.Platforms;

/// <summary>The built-in platform profiles, read from this assembly's resources, and the reading of those that a store keeps.</summary>
public static class PlatformCatalog
{
    /// <summary>The default platform: no vendor, keys in any region and partition.</summary>
    public const string Standalone = "standalone";

    private const string Folder = "profiles/";
    private const string Extension = ".json";

    // Each is read when it is asked for: a tenant's first value waits for one, and not for all.
    private static readonly IReadOnlyDictionary<string, Lazy<PlatformProfile>> BuiltInByName = typeof(PlatformCatalog).Assembly.GetManifestResourceNames()
        .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
        .ToDictionary(resource => resource[Folder.Length..^Extension.Length], resource => new Lazy<PlatformProfile>(() => Read(resource)), StringComparer.Ordinal);

    // By the hash of their text, so that a tenant that is read does not cost a parse.
    private static readonly ConcurrentDictionary<string, PlatformProfile> Parsed = new(StringComparer.Ordinal);

    /// <summary>The built-in profiles, by name.</summary>
    public static IEnumerable<PlatformProfile> BuiltIn => BuiltInByName.Values.Select(one => one.Value).OrderBy(profile => profile.Name, StringComparer.Ordinal);

    /// <summary>The built-in profile of a name, or <see langword="null"/>.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <returns>The profile.</returns>
    public static PlatformProfile? FindBuiltIn(string name) => BuiltInByName.GetValueOrDefault(name)?.Value;

    /// <summary>The profile of a tenant: the built-in one of its name, or the one that the store keeps.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <param name="json">The text that the store keeps of it, if it does.</param>
    /// <param name="hash">The SHA-256 that the store keeps of that text.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_PLATFORM</c>: the store lacks the profile, or its text is not the one that was stored.</exception>
    public static PlatformProfile Of(string name, string? json, string? hash)
    {
        if (FindBuiltIn(name) is { } builtIn)
        {
            return builtIn;
        }

        if (json is null || hash is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidPlatform, $"The store lacks the platform profile '{name}'.");
        }

        string actual = PlatformProfileReader.Hash(json);
        return actual == hash
            ? Parsed.GetOrAdd(hash, _ => PlatformProfileReader.Parse(json, name) with { FileHash = hash })
            : throw new TenantEncryptionException(
                ErrorCodes.InvalidPlatform, $"The platform profile '{name}' in the store was altered: its SHA-256 is {actual}, not {hash}.");
    }

    private static PlatformProfile Read(string resource)
    {
        using var reader = new StreamReader(typeof(PlatformCatalog).Assembly.GetManifestResourceStream(resource)!);
        return PlatformProfileReader.ParseChecked(reader.ReadToEnd(), resource);
    }
}
