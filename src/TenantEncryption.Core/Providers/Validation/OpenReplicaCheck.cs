using TenantEncryption.Errors;
using TenantEncryption.Keys.Regions;

namespace TenantEncryption.Providers.Validation;

/// <summary>
/// Says so where a key that is shut at home is open in a replica: who withdraws a multi-Region key must shut every region. It looks at what the checks
/// before it found.
/// </summary>
internal sealed class OpenReplicaCheck : IKeyCheck
{
    /// <inheritdoc/>
    public int CountCalls(ValidationTarget target) => 0;

    /// <inheritdoc/>
    public Task RunAsync(ValidationRun run, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyProviderCheck> checks = run.Checks.Checks;
        if (!checks.Any(check => check.Outcome == CheckOutcome.Failed && check.Region == run.Home.Name && KeyRefusal.Is(check.Code!)))
        {
            return Task.CompletedTask;
        }

        foreach (ReviewedRegion replica in run.Replicas)
        {
            KeyProviderCheck[] there = [.. checks.Where(check => check.Region == replica.Name && check.Name is ("KeyExists" or "KeyState" or "Policy"))];
            if (there.Length > 0 && there.All(check => check.Outcome == CheckOutcome.Passed))
            {
                run.Checks.Warn(
                    ReplicaCheck.Name,
                    ErrorCodes.ReplicaStillOpen,
                    $"The key is shut in {run.Home.Name} and open in {replica.Name}.",
                    ErrorCatalog.Get(ErrorCodes.ReplicaStillOpen).Remedy,
                    replica.Name);
            }
        }

        return Task.CompletedTask;
    }
}
