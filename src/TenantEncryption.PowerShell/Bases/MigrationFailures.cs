using TenantEncryption.Errors;
using TenantEncryption.Migration;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Tells which items of a migration failed: each is an error of its own that does not end the command.</summary>
internal static class MigrationFailures
{
    /// <summary>Reports the failed items of a migration.</summary>
    /// <param name="service">Core.</param>
    /// <param name="migration">The migration.</param>
    /// <param name="report">Takes each error with the item that it concerns.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>When all are reported.</returns>
    public static async Task ReportAsync(
        TenantEncryptionService service, KeyMigration migration, Action<TenantEncryptionException, object?> report, CancellationToken cancellationToken)
    {
        if (migration.Failed == 0)
        {
            return;
        }

        foreach (MigrationItem item in await service.Migrations.ListFailuresAsync(migration.Id, cancellationToken).ConfigureAwait(false))
        {
            report(
                new TenantEncryptionException(
                    item.Code ?? ErrorCodes.Unknown,
                    item.Path is not null ? $"{item.Path}: {item.Detail}"
                        : migration.Mode == MigrationMode.Reencrypt ? $"The messages under {item.KekId} of tenant '{migration.TenantId}' could not be written anew: {item.Detail}"
                        : $"The key {item.KekId} of tenant '{migration.TenantId}' could not be moved: {item.Detail}"),
                item);
        }
    }
}
