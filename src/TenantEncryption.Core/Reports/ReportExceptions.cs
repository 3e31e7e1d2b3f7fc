using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Providers;

namespace TenantEncryption.Reports;

/// <summary>What of a report somebody should look at. It follows from the report's own facts.</summary>
internal static class ReportExceptions
{
    /// <summary>Of a tenant whose state verifies.</summary>
    public static IEnumerable<ReportedException> Of(ReportedTenant tenant)
    {
        ReportedException About(string subject, string code, string detail) => new(tenant.TenantId, subject, code, detail);

        if (tenant.UntracedReads)
        {
            yield return About("Tenant", "UNTRACED_READS", "Data is read although the record of it can't be written.");
        }

        if (tenant.ArchivedUpTo > 0)
        {
            yield return About("Event log", "EVENTS_ARCHIVED", $"Events 1 to {tenant.ArchivedUpTo} are in archives: what they tell is not in this report.");
        }

        foreach (ReportedProvider provider in tenant.Providers)
        {
            foreach (ReportedException exception in Of(provider, About))
            {
                yield return exception;
            }
        }

        foreach (KeyMigration migration in tenant.Migrations)
        {
            if (migration.State is not (MigrationState.Completed or MigrationState.Stopped))
            {
                yield return About($"Migration {migration.Id}", migration.FailureCode ?? "MIGRATION_UNFINISHED", $"It is {migration.State}: {migration.Done} of {migration.Total} done.");
            }

            if (migration.Failed > 0)
            {
                yield return About($"Migration {migration.Id}", "MIGRATION_FAILED_ITEMS", $"{Counted.Of(migration.Failed, "item")} could not be moved.");
            }
        }

        foreach (ReportedDrill drill in tenant.Drills.Where(drill => drill.Code != ErrorCodes.Success))
        {
            yield return About($"Drill of {drill.Provider}", drill.Code ?? "DRILL_UNFINISHED", drill.Code is null ? "Its begin is told, and no end." : "It did not succeed.");
        }
    }

    /// <summary>Of verifying the log.</summary>
    public static IEnumerable<ReportedException> Of(IEnumerable<EventLogTestResult> results) => results
        .Where(result => !result.Success)
        .Select(result => new ReportedException(result.TenantId, "Event log", result.Code, result.Detail ?? result.Excludes));

    /// <summary>Of a head that this machine keeps and the store lacks.</summary>
    public static IEnumerable<ReportedException> Of(IEnumerable<EventLogHeadState> heads) => heads
        .Where(head => head.RolledBack)
        .Select(head => new ReportedException(head.TenantId, "Event log", ErrorCodes.StoreRolledBack, $"This machine saw event {head.Kept}, and the store lacks it."));

    private static IEnumerable<ReportedException> Of(ReportedProvider provider, Func<string, string, string, ReportedException> about)
    {
        string subject = $"Key provider {provider.Name}";
        if (provider.Type == KeyProviderType.AwsKms && provider.LastTest is null)
        {
            yield return about(subject, "NOT_TESTED", "The log tells of no test.");
        }
        else if (provider.LastTest is { } test && test.Code != ErrorCodes.Success)
        {
            yield return about(subject, test.Code, $"The last test failed. {test.Cause}");
        }

        if (provider.RefusedRegions.Count > 0)
        {
            yield return about(subject, "REGION_REFUSED", $"KMS refused the key in {string.Join(", ", provider.RefusedRegions)}, and no check has passed there since.");
        }

        if (provider.EndpointUrl is { } endpoint)
        {
            yield return about(subject, "OWN_ENDPOINT", $"KMS is reached at {endpoint}, which is not AWS's own name.");
        }

        foreach (ReportedLiveKey live in provider.Live ?? [])
        {
            if (live.State is not (null or "Enabled"))
            {
                yield return about(subject, "KEY_NOT_ENABLED", $"The master key in {live.Region} is {live.State}.");
            }

            foreach (string failure in live.Failures)
            {
                yield return about(subject, "NOT_SEEN", $"In {live.Region}: {failure}");
            }
        }
    }
}
