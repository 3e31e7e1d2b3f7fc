using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers.Validation;

/// <summary>What is tested: a provider of the store, or a key that somebody thinks of registering.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Provider">The provider; one that is not registered has no id.</param>
/// <param name="SharedWith">Other tenants whose providers stand on the same key.</param>
internal sealed record ValidationTarget(EncryptionTenant Tenant, KeyProvider Provider, IReadOnlyList<EncryptionTenant> SharedWith)
{
    /// <summary>The platform whose rules hold.</summary>
    public PlatformProfile Platform => Tenant.Profile;

    /// <summary>Whether the store has the provider.</summary>
    public bool IsRegistered => Provider.Id.Length > 0;

    /// <summary>Whether the provider is in use, so that a new rule of the platform is a warning for it and no failure.</summary>
    public bool IsInUse => Provider.Status is KeyProviderStatus.Active or KeyProviderStatus.Archived;
}
