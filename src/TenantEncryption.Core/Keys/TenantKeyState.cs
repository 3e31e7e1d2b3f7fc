using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>What the store said of a tenant's keys at one epoch.</summary>
/// <param name="Tenant">The tenant, with its epoch.</param>
/// <param name="Active">The Active provider.</param>
/// <param name="Current">The Current key.</param>
internal sealed record TenantKeyState(EncryptionTenant Tenant, KeyProvider Active, KeyEncryptionKey Current);
