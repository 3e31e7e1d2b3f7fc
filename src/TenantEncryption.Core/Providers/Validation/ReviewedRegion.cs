using TenantEncryption.Keys.Regions;
using TenantEncryption.Platforms;

namespace TenantEncryption.Providers.Validation;

/// <summary>A region of a key that a test looks at.</summary>
/// <param name="Key">The key there.</param>
/// <param name="IsNeeded">Whether the platform needs it: what is wrong there is a failure then, else a warning.</param>
internal sealed record ReviewedRegion(KeyRegion Key, bool IsNeeded)
{
    /// <summary>The region's name.</summary>
    public string Name => Key.Region;

    /// <summary>The backup region that the platform asks for; <see langword="null"/> where it asks for none.</summary>
    public static string? BackupOf(ValidationTarget target) =>
        target.Platform.MultiRegion == MultiRegionRule.ReplicaInBackupRegion ? target.Platform.FindRegion(KeyRegion.Home(target.Provider).Region)?.Backup : null;

    /// <summary>Which of a key's replicas a test looks at: that of the backup region where the platform asks for one, else all.</summary>
    /// <param name="target">What is tested.</param>
    /// <param name="replicaKeys">The ARNs of the replicas.</param>
    public static IReadOnlyList<ReviewedRegion> Replicas(ValidationTarget target, IReadOnlyList<string> replicaKeys)
    {
        string? backup = BackupOf(target);
        return
        [
            .. KeyRegion.Replicas(target.Provider with { ReplicaKeys = replicaKeys })
                .Where(replica => backup is null || replica.Region == backup)
                .Select(replica => new ReviewedRegion(replica, IsNeeded: backup is not null)),
        ];
    }
}
