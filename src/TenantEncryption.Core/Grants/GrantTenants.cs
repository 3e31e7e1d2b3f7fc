using TenantEncryption.Changes;
using TenantEncryption.Platforms;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Grants;

/// <summary>The platform of new grants, and how each of their tenants is named in an encryption context.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Tenants">The tenants; one without an id where the grants are for nobody in particular.</param>
internal sealed record GrantTenants(PlatformProfile Platform, IReadOnlyList<GrantTenants.Entry> Tenants)
{
    /// <summary>Reads them.</summary>
    /// <param name="work">The store.</param>
    /// <param name="request">The new grants.</param>
    /// <param name="keyArns">The key in all of its regions.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="TenantEncryptionException"><c>TENANT_NOT_FOUND</c>, <c>INVALID_INPUT</c>.</exception>
    public static Task<GrantTenants> ReadAsync(
        UnitOfWork work, NewKeyGrant request, IReadOnlyList<string> keyArns, CancellationToken cancellationToken) => work.ReadAsync(
        async transaction =>
        {
            PlatformProfile? platform = request.Platform;
            var entries = new List<Entry>();
            PlatformProfile? first = platform;
            foreach (string tenantId in request.TenantIds)
            {
                TenantIdRule.Check(tenantId);
                EncryptionTenant? tenant = platform is null
                    ? await transaction.Tenants.RequireAsync(tenantId).ConfigureAwait(false)
                    : await transaction.Tenants.FindAsync(tenantId).ConfigureAwait(false);
                PlatformProfile of = platform ?? tenant!.Profile;
                IReadOnlyList<KeyProvider> providers =
                    await transaction.Providers.ListAsync(new KeyProviderFilter { TenantId = tenantId }).ConfigureAwait(false);
                string value = providers.FirstOrDefault(provider => keyArns.Contains(provider.KeyArn))?.ContextValue ?? tenantId;
                entries.Add(new Entry(tenantId, new Dictionary<string, string> { [of.ContextKey] = value }, tenant is not null));
                first ??= of;
            }

            return new GrantTenants(
                first ?? PlatformCatalog.FindBuiltIn(PlatformCatalog.Standalone)!, entries.Count > 0 ? entries : [new Entry(null, null, false)]);
        },
        cancellationToken);

    /// <summary>One tenant.</summary>
    /// <param name="TenantId">The id, or <see langword="null"/> for nobody in particular.</param>
    /// <param name="Context">The pair that names the tenant.</param>
    /// <param name="IsKnown">Whether the store has the tenant.</param>
    internal sealed record Entry(string? TenantId, IReadOnlyDictionary<string, string>? Context, bool IsKnown);
}
