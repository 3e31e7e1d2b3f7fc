namespace TenantEncryption.Data;

/// <summary>What the catalog tells objects of one space apart by.</summary>
/// <param name="Key">The same for every spelling of the name; never empty.</param>
/// <param name="Version">The version of an object that keeps its older ones; else empty.</param>
internal readonly record struct ObjectName(string Key, string Version)
{
    /// <summary>Before every name.</summary>
    public static ObjectName BeforeAll { get; } = new(string.Empty, string.Empty);

    /// <summary>The name of a catalogued message.</summary>
    public static ObjectName Of(CatalogEntry entry) => new(entry.Key, entry.Version);
}
