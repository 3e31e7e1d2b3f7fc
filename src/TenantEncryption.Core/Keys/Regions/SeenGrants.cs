using TenantEncryption.Changes;
using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Keys.Regions;

/// <summary>
/// Looks for the grants by which a provider's key is used, once in each region for the calls that serve one key: a grant that was revoked, by whomever,
/// shuts the key here as it does for its grantee. Not thread-safe.
/// </summary>
internal sealed class SeenGrants
{
    private readonly HashSet<string> _regions = new(StringComparer.Ordinal);

    /// <summary>The regions in which a provider has its grants; all where it needs none.</summary>
    public static IEnumerable<KeyRegion> Granted(KeyProvider provider, IEnumerable<KeyRegion> regions) =>
        provider.Grants.Count == 0 ? regions : regions.Where(region => RequiredGrant.In(provider, region).Any());

    /// <summary>Refuses a region where one of the provider's grants is gone.</summary>
    /// <exception cref="TenantEncryptionException"><c>GRANT_NOT_FOUND</c>; or what KMS answers to ListGrants.</exception>
    public async Task RequireAsync(
        Operation operation, KeyProvider provider, KeyRegion region, KmsAllowance? allowance, CancellationToken cancellationToken)
    {
        if (provider.Grants.Count == 0 || _regions.Contains(region.Region))
        {
            return;
        }

        ProviderGrant[] grants = [.. RequiredGrant.In(provider, region)];
        if (grants.Length == 0)
        {
            throw RequiredGrant.Missing(provider, region, $"has no grant in {region.Region}");
        }

        foreach (ProviderGrant grant in grants)
        {
            allowance?.Take();
            if ((await operation.Kms.FindGrantAsync(region.Connection, region.KeyArn, grant.GrantId, cancellationToken).ConfigureAwait(false)).Value is null)
            {
                throw RequiredGrant.Missing(provider, region, $"is shut: its grant {grant} was revoked or retired");
            }
        }

        _regions.Add(region.Region);
    }
}
