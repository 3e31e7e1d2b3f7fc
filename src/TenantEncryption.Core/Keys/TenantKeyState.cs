using TenantEncryption.Providers;
using TenantEncryption.State;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys;

/// <summary>What the store said of a tenant's keys at one epoch, checked.</summary>
/// <param name="Tenant">The tenant, with its epoch.</param>
/// <param name="Active">The Active provider.</param>
/// <param name="Current">The Current key.</param>
/// <param name="HasSecondLayer">Whether no data key may come from, or be opened by, the customer's master key alone.</param>
/// <param name="Refusals">How often KMS refused each of the tenant's providers, at most one second ago.</param>
internal sealed record TenantKeyState(
    EncryptionTenant Tenant, KeyProvider Active, KeyEncryptionKey Current, bool HasSecondLayer, IReadOnlyDictionary<string, long> Refusals)
{
    /// <summary>The part of a tenant's state that writing and reading need at hand.</summary>
    public static TenantKeyState Of(TenantState state, IReadOnlyDictionary<string, long> refusals) =>
        new(state.Tenant!, state.Active, state.Current, SecondLayer.Covers(state), refusals);

    /// <summary>How often KMS refused a provider: what was taken from it before the last time no longer counts.</summary>
    public long RefusalsOf(string providerId) => Refusals.GetValueOrDefault(providerId);
}
