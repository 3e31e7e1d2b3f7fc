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
    /// <param name="checks">The checks.</param>
    /// <param name="target">What is tested.</param>
    /// <param name="key">The key's facts; <see langword="null"/> where they can't be seen.</param>
    /// <param name="home">The provider's own region.</param>
    /// <returns>The replicas to look at.</returns>
    public static IReadOnlyList<ReviewedRegion> Add(KeyProviderCheckList checks, ValidationTarget target, KmsKeyDescription? key, KeyRegion home)
    {
        if (key is null)
        {
            if (target.Platform.MultiRegion == MultiRegionRule.ReplicaInBackupRegion)
            {
                checks.Skip(Name, "Which replicas the key has can't be seen.", home.Region);
            }

            return [];
        }

        IReadOnlyList<KeyRegion> replicas = KeyRegion.Replicas(target.Provider with { ReplicaKeys = key.RelatedKeyArns });
        if (target.Platform.MultiRegion != MultiRegionRule.ReplicaInBackupRegion || target.Platform.FindRegion(home.Region) is not { } served)
        {
            return Needless(replicas);
        }

        if (served.Backup is not { } backup)
        {
            checks.Pass(Name, $"{target.Platform.Name} has no backup region for {home.Region}.", home.Region);
            return Needless(replicas);
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

        return [.. inBackup.Select(replica => new ReviewedRegion(replica, IsNeeded: true))];
    }

    /// <summary>Says so where a key that is shut at home is open in a replica: who withdraws a multi-Region key must shut every region.</summary>
    public static void AddOpen(KeyProviderCheckList checks, ReviewedRegion home, IReadOnlyList<ReviewedRegion> replicas)
    {
        if (!checks.Checks.Any(check => check.Outcome == CheckOutcome.Failed && check.Region == home.Name && KeyRefusal.Is(check.Code!)))
        {
            return;
        }

        foreach (ReviewedRegion replica in replicas)
        {
            KeyProviderCheck[] there = [.. checks.Checks.Where(check => check.Region == replica.Name && check.Name is ("KeyExists" or "KeyState" or "Policy"))];
            if (there.Length > 0 && there.All(check => check.Outcome == CheckOutcome.Passed))
            {
                checks.Warn(
                    Name,
                    ErrorCodes.ReplicaStillOpen,
                    $"The key is shut in {home.Name} and open in {replica.Name}.",
                    ErrorCatalog.Get(ErrorCodes.ReplicaStillOpen).Remedy,
                    replica.Name);
            }
        }
    }

    private static IReadOnlyList<ReviewedRegion> Needless(IEnumerable<KeyRegion> replicas) =>
        [.. replicas.Select(replica => new ReviewedRegion(replica, IsNeeded: false))];

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
