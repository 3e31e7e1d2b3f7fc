using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys.Sources;

/// <summary>The key source of each type of provider, and what it costs to ask it.</summary>
internal sealed class KeySources(InternalKms internalKms)
{
    /// <summary>The internal KMS.</summary>
    public IKeySource Internal { get; } = new InternalKeySource(internalKms);

    /// <summary>The source behind a provider.</summary>
    /// <param name="kms">How its KMS is asked.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="operation">How shares are made on the tenant's platform; without meaning for what only opens.</param>
    public IKeySource Of(IKmsChannel kms, KeyProvider provider, ShareOperation operation = default) =>
        provider.Type == KeyProviderType.Internal ? Internal : new AwsKeySource(kms, provider, operation);

    /// <summary>How many calls of KMS it takes to make a share.</summary>
    public static int CallsToMake(EncryptionTenant tenant, KeyProvider provider) =>
        provider.Type == KeyProviderType.Internal ? 0 : IsProven(tenant) ? 2 : 1;

    /// <summary>How many calls of KMS it takes to open a share.</summary>
    public static int CallsToOpen(KeyProvider provider) => provider.Type == KeyProviderType.Internal ? 0 : 1;

    /// <summary>How many calls of KMS it takes to make a share and to prove that it opens.</summary>
    public static int CallsToMakeProven(EncryptionTenant tenant, KeyProvider provider) =>
        CallsToMake(tenant, provider) + (IsProven(tenant) ? 0 : CallsToOpen(provider));

    private static bool IsProven(EncryptionTenant tenant) => tenant.Profile.ShareOperation == ShareOperation.GenerateDataKeyWithoutPlaintext;
}
