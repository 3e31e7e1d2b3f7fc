using TenantEncryption.Providers;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Says what depends on a provider, before somebody agrees to lose it.</summary>
internal static class Dependants
{
    /// <summary>The provider and what depends on it.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>A text such as <c>acme-cmk of tenant acme (2 keys; 14 files, up to 900 values outside the catalog)</c>.</returns>
    public static string Describe(KeyProvider provider) =>
        $"{provider.Name} of tenant {provider.TenantId} ({Counted.Of(provider.KeyCount, "key")}; {Counted.Of(provider.MessageCount, "file")}, up to {Counted.Of(provider.ValueCount, "value")} outside the catalog)";
}
