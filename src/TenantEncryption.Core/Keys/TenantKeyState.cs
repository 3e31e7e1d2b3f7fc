using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>What the store said of a tenant's keys at one epoch.</summary>
/// <param name="Tenant">The tenant, with its epoch.</param>
/// <param name="Active">The Active provider.</param>
/// <param name="Current">The Current key.</param>
/// <param name="Refusals">How often KMS refused each of the tenant's providers, at most one second ago.</param>
internal sealed record TenantKeyState(
    EncryptionTenant Tenant, KeyProvider Active, KeyEncryptionKey Current, IReadOnlyDictionary<string, long> Refusals)
{
    /// <summary>How often KMS refused a provider: what was taken from it before the last time no longer counts.</summary>
    public long RefusalsOf(string providerId) => Refusals.GetValueOrDefault(providerId);
}
