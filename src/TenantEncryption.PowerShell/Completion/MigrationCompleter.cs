using TenantEncryption.Migration;
using TenantEncryption.Stores;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of migrations: of the tenant that is already on the line, else of all.</summary>
public sealed class MigrationCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line)
    {
        IEnumerable<string>? tenants = line.Text("TenantId") is { } tenantId ? [tenantId] : null;
        NameInStore[] names = tenants is not null ? [] : [.. StoreCompletion.List(service => service.Migrations.ListNamesAsync()).Where(name => line.Fits(name.Id))];
        return names.Length > StoreCompletion.MostDescribed
            ? names.Select(name => new Candidate(name.Id, $"of tenant {name.TenantId}"))
            : StoreCompletion.List(service => StoreCompletion.EachAsync(tenants ?? names.Select(name => name.TenantId).Distinct(StringComparer.Ordinal), id => service.Migrations.ListAsync(id)))
                .Select(migration => new Candidate(migration.Id, Describe(migration)));
    }

    private static string Describe(KeyMigration migration) => $"{migration.State}, tenant {migration.TenantId}, to {migration.MigratingToName ?? migration.MigratingTo}";
}
