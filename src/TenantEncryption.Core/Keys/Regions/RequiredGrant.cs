using TenantEncryption.Errors;
using TenantEncryption.Policies;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// The rule of platforms that use a key by a grant: registering a key makes the grant, the provider remembers it, and without it nothing is opened or
/// made with the key, whatever else would permit the call.
/// </summary>
internal static class RequiredGrant
{
    /// <summary>Whether a provider's key is used by a grant.</summary>
    public static bool Of(EncryptionTenant tenant, KeyProvider provider) => provider.Type == KeyProviderType.AwsKms && tenant.Profile.Grant is not null;

    /// <summary>How many grants a provider has, or will have when it is registered: one in each region of its key.</summary>
    public static int CountOf(EncryptionTenant tenant, KeyProvider provider) =>
        !Of(tenant, provider) ? 0 : provider.Grants.Count > 0 ? provider.Grants.Count : KeyRegion.All(provider).Count;

    /// <summary>How many calls of KMS it takes to see that the grants are there, where the key is asked at home.</summary>
    public static int CallsToSee(EncryptionTenant tenant, KeyProvider provider) =>
        !Of(tenant, provider) ? 0 : Math.Max(1, In(provider, KeyRegion.Home(provider)).Count());

    /// <summary>The grants that a provider remembers in a region.</summary>
    public static IEnumerable<ProviderGrant> In(KeyProvider provider, KeyRegion region) => provider.Grants.Where(grant => grant.Region == region.Region);

    /// <summary>Refuses a provider that remembers no grant where its platform wants one.</summary>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>.</exception>
    public static void RequireKnown(EncryptionTenant tenant, KeyProvider provider)
    {
        if (Of(tenant, provider) && provider.Grants.Count == 0)
        {
            throw Missing(provider, KeyRegion.Home(provider), $"was registered without the grant by which {tenant.Profile.Name} uses its key");
        }
    }

    /// <summary>The error for a grant that is not there.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="region">Where it was looked for.</param>
    /// <param name="fault">The rest of a sentence about the provider.</param>
    public static TenantEncryptionException Missing(KeyProvider provider, KeyRegion region, string fault) => new(
        ErrorCodes.GrantNotFound,
        $"The key provider '{provider.Name}' of tenant '{provider.TenantId}' {fault}.",
        remedy: RemedyFor(provider))
    {
        KeyArn = region.KeyArn,
        Region = region.Region,
    };

    /// <summary>What makes the grant again.</summary>
    public static string RemedyFor(KeyProvider provider)
    {
        (string tenantId, string grantee) = provider.Grants is [var first, ..] ? (first.TenantId, first.GranteePrincipal) : (provider.TenantId, "<arn>");
        string parameters = PrincipalSyntax.IsService(grantee) ? $"-GranteeServicePrincipal {grantee} -SourceArn <arn>" : $"-GranteePrincipal {grantee}";
        return "If it was revoked on purpose, the data is shut, as it should be. Else make it again: "
            + $"New-KeyGrant {provider.Id} -TenantId {tenantId} {parameters}. KMS may take minutes to list a new grant.";
    }
}
