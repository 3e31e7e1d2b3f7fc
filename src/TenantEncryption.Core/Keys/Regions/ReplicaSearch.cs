using TenantEncryption.Kms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Keys.Regions;

/// <summary>Asks KMS for the replicas of a multi-Region key.</summary>
internal static class ReplicaSearch
{
    /// <summary>How many calls of KMS it takes.</summary>
    public const int Calls = 1;

    /// <summary>The replicas, that of the platform's backup region first; <see langword="null"/> when KMS does not tell.</summary>
    public static async Task<IReadOnlyList<string>?> FindAsync(
        IKmsChannel kms, EncryptionTenant tenant, KeyProvider provider, CancellationToken cancellationToken)
    {
        try
        {
            KmsKeyDescription key = await kms.DescribeKeyAsync(provider.Connection, provider.KeyArn!, cancellationToken).ConfigureAwait(false);
            return KeyRegion.ReplicaArns(key, provider, tenant.Profile.FindRegion(KeyRegion.Home(provider).Region)?.Backup);
        }
        catch (TenantEncryptionException)
        {
            return null;
        }
    }
}
