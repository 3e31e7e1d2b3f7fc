using TenantEncryption.Providers;

namespace TenantEncryption.Keys;

/// <summary>The part of the internal KMS's root key in what a provider opens.</summary>
internal static class RootPart
{
    /// <summary>Whether it has one: alone, or as a second layer.</summary>
    public static bool Of(KeyProvider provider) => provider.Type == KeyProviderType.Internal || provider.SecondLayer;
}
