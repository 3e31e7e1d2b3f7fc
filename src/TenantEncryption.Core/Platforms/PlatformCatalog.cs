using Newtonsoft.Json;
using TenantEncryption.Errors;

namespace TenantEncryption.Platforms;

/// <summary>The built-in platform profiles, read from this assembly's resources.</summary>
public static class PlatformCatalog
{
    /// <summary>The default platform: no vendor, keys in any region and partition.</summary>
    public const string Standalone = "standalone";

    private static readonly Lazy<IReadOnlyDictionary<string, PlatformProfile>> BuiltIn = new(ReadAll);

    /// <summary>All profiles, by name.</summary>
    public static IEnumerable<PlatformProfile> All => BuiltIn.Value.Values;

    /// <summary>The profile of a name.</summary>
    /// <param name="name">The name, ordinal.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: no such platform; the message lists those there are.</exception>
    public static PlatformProfile Get(string name) =>
        BuiltIn.Value.TryGetValue(name, out PlatformProfile? profile)
            ? profile
            : throw new TenantEncryptionException(
                ErrorCodes.InvalidInput,
                $"There is no platform '{name}'. Platforms: {string.Join(", ", BuiltIn.Value.Keys)}.");

    private static Dictionary<string, PlatformProfile> ReadAll()
    {
        var assembly = typeof(PlatformCatalog).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith("profiles/", StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                return JsonConvert.DeserializeObject<PlatformProfile>(reader.ReadToEnd())!;
            })
            .ToDictionary(profile => profile.Name, StringComparer.Ordinal);
    }
}
