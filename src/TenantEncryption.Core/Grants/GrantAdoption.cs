using Newtonsoft.Json.Linq;
using TenantEncryption.Changes;
using TenantEncryption.Events;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Grants;

/// <summary>
/// Has the providers whose grant is gone live by the one that is made in its place, so that what was revoked by mistake can be given back. A grant that
/// still is there stays the one that counts.
/// </summary>
internal static class GrantAdoption
{
    /// <summary>Adopts a grant that was just made.</summary>
    /// <param name="change">The change that records the grant.</param>
    /// <param name="plan">What it was made from.</param>
    /// <param name="grant">The grant.</param>
    public static async Task AdoptAsync(Change change, KeyGrantPlan plan, KeyGrant grant)
    {
        if (plan is not { IsKnownTenant: true, TenantId: { } tenantId, ExistingIds: { } existing })
        {
            return;
        }

        EncryptionTenant tenant = await change.Store.Tenants.RequireAsync(tenantId).ConfigureAwait(false);
        if (tenant.Profile.Grant is not { } rule || rule.Operations.Except(grant.Operations, StringComparer.Ordinal).Any())
        {
            return;
        }

        foreach (KeyProvider provider in await GrantOwner.ProvidersOnAsync(change.Store, plan.KeyArn).ConfigureAwait(false))
        {
            ProviderGrant[] same = [.. provider.Grants.Where(known => known.KeyArn == plan.KeyArn && known.TenantId == tenantId)];
            bool isOrphan = same.Length > 0 ? same.All(known => !existing.Contains(known.GrantId)) : provider.TenantId == tenantId && RequiredGrant.Of(tenant, provider);
            if (isOrphan && same.All(known => known.GrantId != grant.GrantId))
            {
                await PutAsync(change, provider, [.. provider.Grants.Except(same), Of(grant, tenantId)]).ConfigureAwait(false);
            }
        }
    }

    private static ProviderGrant Of(KeyGrant grant, string tenantId) =>
        new() { GrantId = grant.GrantId, KeyArn = grant.KeyArn, TenantId = tenantId, GranteePrincipal = grant.Grantee! };

    private static async Task PutAsync(Change change, KeyProvider before, IReadOnlyList<ProviderGrant> grants)
    {
        KeyProvider after = before with { Grants = grants };
        await change.Store.Providers.UpdateAsync(after).ConfigureAwait(false);
        await change.RaiseEpochAsync(after.TenantId).ConfigureAwait(false);
        JObject data = ProviderData.Of(after);
        data["grantIds"] = new JArray(grants.Select(grant => grant.GrantId));
        change.Record(EventTypes.ProviderUpdated, after.TenantId, data);
    }
}
