using TenantEncryption.Keys.Regions;

namespace TenantEncryption.Providers.Validation;

/// <summary>A region of a key that a test looks at.</summary>
/// <param name="Key">The key there.</param>
/// <param name="IsNeeded">Whether the platform needs it: what is wrong there is a failure then, else a warning.</param>
internal sealed record ReviewedRegion(KeyRegion Key, bool IsNeeded)
{
    /// <summary>The region's name.</summary>
    public string Name => Key.Region;
}
