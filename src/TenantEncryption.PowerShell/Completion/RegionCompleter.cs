using TenantEncryption.Platforms;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>
/// Completes AWS regions: those that the platform on the line, or of the tenant or key provider on it, serves, else all. The list is a convenience of the prompt and decides nothing: any region can be given
/// (source: AWS General Reference, "AWS Key Management Service endpoints and quotas").
/// </summary>
public sealed class RegionCompleter : Completer
{
    private static readonly Candidate[] Regions =
    [
        new("us-east-1", "US East (N. Virginia)"),
        new("us-east-2", "US East (Ohio)"),
        new("us-west-1", "US West (N. California)"),
        new("us-west-2", "US West (Oregon)"),
        new("af-south-1", "Africa (Cape Town)"),
        new("ap-east-1", "Asia Pacific (Hong Kong)"),
        new("ap-northeast-1", "Asia Pacific (Tokyo)"),
        new("ap-northeast-2", "Asia Pacific (Seoul)"),
        new("ap-northeast-3", "Asia Pacific (Osaka)"),
        new("ap-south-1", "Asia Pacific (Mumbai)"),
        new("ap-south-2", "Asia Pacific (Hyderabad)"),
        new("ap-southeast-1", "Asia Pacific (Singapore)"),
        new("ap-southeast-2", "Asia Pacific (Sydney)"),
        new("ap-southeast-3", "Asia Pacific (Jakarta)"),
        new("ap-southeast-4", "Asia Pacific (Melbourne)"),
        new("ca-central-1", "Canada (Central)"),
        new("ca-west-1", "Canada West (Calgary)"),
        new("cn-north-1", "China (Beijing)"),
        new("cn-northwest-1", "China (Ningxia)"),
        new("eu-central-1", "Europe (Frankfurt)"),
        new("eu-central-2", "Europe (Zurich)"),
        new("eu-north-1", "Europe (Stockholm)"),
        new("eu-south-1", "Europe (Milan)"),
        new("eu-south-2", "Europe (Spain)"),
        new("eu-west-1", "Europe (Ireland)"),
        new("eu-west-2", "Europe (London)"),
        new("eu-west-3", "Europe (Paris)"),
        new("il-central-1", "Israel (Tel Aviv)"),
        new("me-central-1", "Middle East (UAE)"),
        new("me-south-1", "Middle East (Bahrain)"),
        new("sa-east-1", "South America (São Paulo)"),
        new("us-gov-east-1", "AWS GovCloud (US-East)"),
        new("us-gov-west-1", "AWS GovCloud (US-West)"),
    ];

    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line)
    {
        IReadOnlyList<PlatformProfile> platforms = StoreCompletion.Platforms(line);
        return Regions.Where(region => platforms.Any(platform => IsServed(platform, region.Text)));
    }

    // A profile without a chart serves its partitions.
    private static bool IsServed(PlatformProfile platform, string region) =>
        platform.Regions.Count > 0 ? platform.Serves(region) : platform.Partitions.Contains(PartitionOf(region));

    private static string PartitionOf(string region) =>
        region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : "aws";
}
