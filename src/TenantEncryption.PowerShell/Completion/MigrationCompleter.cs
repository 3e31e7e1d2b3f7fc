namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the ids of migrations: of the tenant that is already on the line, else of all.</summary>
public sealed class MigrationCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        StoreCompletion.List(service => service.Migrations.ListAsync(line.Text("TenantId")))
            .Select(migration => new Candidate(
                migration.Id, $"{migration.State}, tenant {migration.TenantId}, to {migration.MigratingToName ?? migration.MigratingTo}"));
}
