using TenantEncryption.Changes;
using TenantEncryption.Tenants;

namespace TenantEncryption.Providers;

/// <summary>What a platform has follow when a provider is activated.</summary>
internal interface IActivationFollower
{
    /// <summary>Begins it, in the transaction that activated the provider.</summary>
    /// <param name="change">The change.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="before">The provider that was Active.</param>
    /// <param name="activated">The provider that is.</param>
    /// <returns>What the caller should know and do; <see langword="null"/> when nothing follows.</returns>
    Task<string?> FollowAsync(Change change, EncryptionTenant tenant, KeyProvider before, KeyProvider activated);
}
