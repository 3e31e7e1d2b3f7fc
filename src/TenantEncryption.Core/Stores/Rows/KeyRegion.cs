using TenantEncryption.Kms;
using TenantEncryption.Providers;

namespace TenantEncryption.Keys.Regions;

/// <summary>One region of a provider's master key: which key is asked there, and how.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="KeyArn">The ARN of the key in that region.</param>
/// <param name="Connection">The provider's own connection, to that region. An endpoint of its own serves all regions.</param>
internal sealed record KeyRegion(string Region, string KeyArn, KmsConnection Connection)
{
    /// <summary>The provider's own region, where everything goes while KMS answers there.</summary>
    public static KeyRegion Home(KeyProvider provider)
    {
        string region = provider.Connection.Region ?? KeyIdentifier.Parse(provider.KeyArn!).Region!;
        return new KeyRegion(region, provider.KeyArn!, provider.Connection with { Region = region });
    }

    /// <summary>The other regions of a multi-Region key, in the order in which they are turned to.</summary>
    public static IReadOnlyList<KeyRegion> Replicas(KeyProvider provider) =>
    [
        .. provider.ReplicaKeys.Where(arn => IsReplica(arn, provider)).Select(arn =>
        {
            string region = KeyIdentifier.Parse(arn).Region!;
            return new KeyRegion(region, arn, provider.Connection with { Region = region });
        }),
    ];

    /// <summary>Every region of the key, the provider's own first.</summary>
    public static IReadOnlyList<KeyRegion> All(KeyProvider provider) => [Home(provider), .. Replicas(provider)];

    /// <summary>
    /// The replicas that KMS told of, fit to be stored: only keys of the same account and <c>mrk-</c> id in another region of the partition, whatever
    /// the answer says, since they will be asked in the provider's name.
    /// </summary>
    /// <param name="description">What DescribeKey answered.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="backupRegion">The region to turn to first, where the platform names one.</param>
    public static IReadOnlyList<string> ReplicaArns(KmsKeyDescription description, KeyProvider provider, string? backupRegion = null) =>
        description.RelatedKeyArns.Where(arn => IsReplica(arn, provider)).Distinct(StringComparer.Ordinal)
            .OrderByDescending(arn => KeyIdentifier.Parse(arn).Region == backupRegion).ThenBy(arn => arn, StringComparer.Ordinal).ToArray();

    private static bool IsReplica(string arn, KeyProvider provider)
    {
        KeyIdentifier home = KeyIdentifier.Parse(provider.KeyArn!);
        return KeyIdentifier.TryParse(arn, out KeyIdentifier? key, out _)
            && key.IsRelatedTo(home) && key.Region != home.Region && key.Region != provider.Connection.Region;
    }
}
