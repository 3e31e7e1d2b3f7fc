using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Providers.Validation;

/// <summary>Whether a key has the replica that its platform asks for, which replicas there are, and in which state.</summary>
internal sealed class ReplicaCheck : IKeyCheck
{
    /// <summary>The name of the check.</summary>
    public const string Name = "Replica";

    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) =>
        ReviewedRegion.Replicas(target, target.Provider.ReplicaKeys).Count * KeyFactsCheck.CallsToDescribe;

    /// <inheritdoc/>
    public async Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        if (run.Key is null)
        {
            if (run.Target.Platform.MultiRegion == MultiRegionRule.ReplicaInBackupRegion)
            {
                run.Checks.Skip(Name, "Which replicas the key has can't be seen.", run.Home.Name);
            }

            return;
        }

        AddPresence(run.Checks, run.Target, run.Key, run.Home.Key);
        run.Replicas = ReviewedRegion.Replicas(run.Target, run.Key.RelatedKeyArns);
        foreach (ReviewedRegion replica in run.Replicas)
        {
            if (await KeyFactsCheck.DescribeAsync(run, replica, cancellationToken).ConfigureAwait(false) is { } key)
            {
                KeyFactsCheck.AddState(run.Checks, key, replica);
            }
        }
    }

    private static void AddPresence(KeyProviderCheckList checks, ValidationTarget target, KmsKeyDescription key, KeyRegion home)
    {
        if (ReviewedRegion.BackupOf(target) is not { } backup)
        {
            if (target.Platform.MultiRegion == MultiRegionRule.ReplicaInBackupRegion && target.Platform.FindRegion(home.Region) is not null)
            {
                checks.Pass(Name, $"{target.Platform.Name} has no backup region for {home.Region}.", home.Region);
            }

            return;
        }

        IReadOnlyList<KeyRegion> replicas = KeyRegion.Replicas(target.Provider with { ReplicaKeys = key.RelatedKeyArns });
        if (replicas.Any(replica => replica.Region == backup))
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
    }

    private static void Miss(
        KeyProviderCheckList checks, ValidationTarget target, KeyRegion home, string backup, IReadOnlyList<KeyRegion> replicas, bool multiRegion)
    {
        string observed =
            !multiRegion ? $"The key is a single-Region key; {target.Platform.Name} needs a multi-Region key with a replica in {backup}, the backup region of {home.Region}."
            : replicas.Count == 0 ? $"The multi-Region key has no replica; {target.Platform.Name} needs one in {backup}, the backup region of {home.Region}."
            : $"The replicas are in {string.Join(", ", replicas.Select(replica => replica.Region))}; {target.Platform.Name} needs one in {backup}, the backup region of {home.Region}.";
        string remedy = multiRegion
            ? ErrorCatalog.Get(ErrorCodes.ReplicaMissing).Remedy
            : $"A single-Region key can't become a multi-Region one: make a new key (NewMasterKey.ReplicaRegions {backup}), and a key provider of it.";
        if (target.IsInUse)
        {
            checks.Warn(Name, ErrorCodes.ReplicaMissing, observed, remedy, backup);
        }
        else
        {
            checks.Fail(Name, ErrorCodes.ReplicaMissing, observed, backup, remedy: remedy);
        }
    }
}
