using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether a key has the replica that its platform asks for, and which replicas there are.</summary>
internal static class ReplicaChecks
{
    private const string Name = "Replica";

    /// <summary>Makes the checks.</summary>
    /// <returns>The replicas whose state and policy matter to the platform.</returns>
    public static IReadOnlyList<KeyRegion> Add(KeyProviderCheckList checks, ValidationTarget target, KmsKeyDescription key, KeyRegion home)
    {
        IReadOnlyList<KeyRegion> replicas = KeyRegion.Replicas(target.Provider with { ReplicaKeys = key.RelatedKeyArns });
        if (target.Platform.MultiRegion != MultiRegionRule.ReplicaInBackupRegion || target.Platform.FindRegion(home.Region) is not { } served)
        {
            return replicas;
        }

        if (served.Backup is not { } backup)
        {
            checks.Pass(Name, $"{target.Platform.Name} has no backup region for {home.Region}.", home.Region);
            return replicas;
        }

        KeyRegion[] inBackup = [.. replicas.Where(replica => replica.Region == backup)];
        if (inBackup.Length > 0)
        {
            checks.Pass(Name, $"The key has a replica in {backup}, the backup region of {home.Region}.", backup);
        }
        else
        {
            Miss(checks, target, home, backup, replicas, key.MultiRegion);
        }

        string[] others = [.. replicas.Select(replica => replica.Region).Where(region => region != backup)];
        if (others.Length > 0)
        {
            checks.Warn(
                "OtherReplicas",
                null,
                $"The key has replicas in {string.Join(", ", others)}, too, which {target.Platform.Name} does not use.",
                "Whoever shuts the key must shut it there, too.");
        }

        return inBackup;
    }

    private static void Miss(
        KeyProviderCheckList checks, ValidationTarget target, KeyRegion home, string backup, IReadOnlyList<KeyRegion> replicas, bool multiRegion)
    {
        string observed =
            !multiRegion ? $"The key is a single-Region key; {target.Platform.Name} needs a multi-Region key with a replica in {backup}, the backup region of {home.Region}."
            : replicas.Count == 0 ? $"The multi-Region key has no replica; {target.Platform.Name} needs one in {backup}, the backup region of {home.Region}."
            : $"The replicas are in {string.Join(", ", replicas.Select(replica => replica.Region))}; {target.Platform.Name} needs one in {backup}, the backup region of {home.Region}.";
        if (target.IsInUse)
        {
            checks.Warn(Name, ErrorCodes.ReplicaMissing, observed, ErrorCatalog.Get(ErrorCodes.ReplicaMissing).Remedy, backup);
        }
        else
        {
            checks.Fail(Name, ErrorCodes.ReplicaMissing, observed, backup);
        }
    }
}
