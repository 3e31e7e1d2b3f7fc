using System.Data.Common;
using TenantEncryption.Data;
using TenantEncryption.Migration;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The tables <c>migration_ranges</c>, <c>migration_failures</c> and <c>migration_runners</c>, and what of the catalog they are about.</summary>
internal sealed class RangeTable(SqlStatements statements) : IRangeTable
{
    private const string Select =
        """
        SELECT r.migration_id, r.number, r.item, m.tenant_id, s.address, r.after_name, r.after_version, r.last_name, r.last_version, r.runner, r.attempt, r.is_done
        FROM migration_ranges r JOIN migrations m ON m.id = r.migration_id JOIN spaces s ON s.number = r.space
        """;

    private RangeQuery Query => RangeQuery.In(statements.Dialect);

    /// <inheritdoc/>
    public async Task PutAsync(MigrationRange range)
    {
        await statements.ExecuteAsync(
            $"""
            INSERT INTO migration_ranges (migration_id, number, item, space, after_name, after_version, last_name, last_version, runner, attempt, is_done)
            VALUES ($migration_id, $number, $item, {CatalogQuery.Number}, $after_name, $after_version, $last_name, $last_version, $runner, $attempt, $is_done)
            ON CONFLICT (migration_id, number) DO UPDATE SET
                (after_name, after_version, runner, attempt, is_done) = ($after_name, $after_version, $runner, $attempt, $is_done)
            """,
            ("$migration_id", range.MigrationId),
            ("$number", range.Number),
            ("$item", range.Source.Id),
            ("$space", range.Space),
            ("$after_name", range.After.Key),
            ("$after_version", range.After.Version),
            ("$last_name", range.Last.Key),
            ("$last_version", range.Last.Version),
            ("$runner", range.Runner),
            ("$attempt", range.Attempt),
            ("$is_done", range.IsDone)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<MigrationRange?> FindAsync(string migrationId, long number) => statements.FindAsync(
        $"{Select} WHERE r.migration_id = $migration_id AND r.number = $number", Read, ("$migration_id", migrationId), ("$number", number));

    /// <inheritdoc/>
    public Task<MigrationRange?> FindLastAsync(string migrationId, MessageSource source, string space) => statements.FindAsync(
        $"{Select} WHERE r.migration_id = $migration_id AND r.item = $item AND s.address = $space ORDER BY r.number DESC LIMIT 1",
        Read,
        ("$migration_id", migrationId),
        ("$item", source.Id),
        ("$space", space));

    /// <inheritdoc/>
    public Task<IReadOnlyList<MigrationRange>> ListOpenAsync(string migrationId) => statements.ListAsync(
        $"{Select} WHERE r.migration_id = $migration_id AND NOT r.is_done ORDER BY r.number", Read, ("$migration_id", migrationId));

    /// <inheritdoc/>
    public Task<long> NextNumberAsync(string migrationId) => statements.FindAsync(
        "SELECT coalesce(max(number), 0) + 1 FROM migration_ranges WHERE migration_id = $migration_id", row => row.GetInt64(0), ("$migration_id", migrationId));

    /// <inheritdoc/>
    public async Task RemoveAllAsync(string migrationId)
    {
        await statements.ExecuteAsync("DELETE FROM migration_ranges WHERE migration_id = $migration_id", ("$migration_id", migrationId)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task AddProgressAsync(string migrationId, long messages, long bytes)
    {
        await statements.ExecuteAsync(
            "UPDATE migrations SET done = done + $messages, bytes = bytes + $bytes WHERE id = $migration_id",
            ("$migration_id", migrationId),
            ("$messages", messages),
            ("$bytes", bytes)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task PutFailureAsync(FailedMessage failed)
    {
        CatalogEntry entry = failed.Entry;
        await statements.ExecuteAsync(
            $"""
            INSERT INTO migration_failures (migration_id, space, name, version, spelling, message_id, item, code, detail)
            VALUES ($migration_id, {CatalogQuery.Number}, $name, $version, $spelling, $message_id, $item, $code, $detail)
            ON CONFLICT (migration_id, space, name, version) DO UPDATE SET
                (spelling, message_id, item, code, detail) = ($spelling, $message_id, $item, $code, $detail)
            """,
            ("$migration_id", failed.MigrationId),
            ("$space", entry.Space),
            ("$name", entry.Key),
            ("$version", entry.Version),
            ("$spelling", entry.Name == entry.Key ? null : entry.Name),
            ("$message_id", entry.MessageId),
            ("$item", entry.KekId ?? entry.DirectProviderId),
            ("$code", failed.Code),
            ("$detail", failed.Detail)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FailedMessage>> ListFailuresAsync(string migrationId) => statements.ListAsync(
        """
        SELECT f.migration_id, f.code, f.detail, f.message_id, m.tenant_id, s.address, f.name, f.version, f.spelling, f.item
        FROM migration_failures f JOIN migrations m ON m.id = f.migration_id JOIN spaces s ON s.number = f.space
        WHERE f.migration_id = $migration_id ORDER BY f.space, f.name, f.version
        """,
        ReadFailure,
        ("$migration_id", migrationId));

    /// <inheritdoc/>
    public async Task RemoveFailuresAsync(string migrationId)
    {
        await statements.ExecuteAsync("DELETE FROM migration_failures WHERE migration_id = $migration_id", ("$migration_id", migrationId)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task AddRunnerAsync(string migrationId, MigrationRunner runner)
    {
        await statements.ExecuteAsync(
            "INSERT INTO migration_runners (migration_id, runner, session_id) VALUES ($migration_id, $runner, $session_id)",
            ("$migration_id", migrationId),
            ("$runner", runner.Id),
            ("$session_id", runner.SessionId)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveRunnerAsync(string migrationId, string runner) => await statements.ExecuteAsync(
        "DELETE FROM migration_runners WHERE migration_id = $migration_id AND runner = $runner",
        ("$migration_id", migrationId),
        ("$runner", runner)).ConfigureAwait(false) == 1;

    /// <inheritdoc/>
    public Task<IReadOnlyList<MigrationRunner>> ListRunnersAsync(string migrationId) => statements.ListAsync(
        "SELECT runner, session_id FROM migration_runners WHERE migration_id = $migration_id ORDER BY runner",
        row => new MigrationRunner(row.GetString(0), row.GetString(1)),
        ("$migration_id", migrationId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListMessagesAsync(MigrationRange range) => statements.ListAsync(
        range.Source.IsKek ? Query.MessagesOfKey : Query.MessagesOfProvider,
        row => CatalogTable.Read(row),
        ("$migration_id", range.MigrationId),
        ("$item", range.Source.Id),
        ("$tenant_id", range.Source.TenantId),
        ("$space", range.Space),
        ("$after_name", range.After.Key),
        ("$after_version", range.After.Version),
        ("$last_name", range.Last.Key),
        ("$last_version", range.Last.Version));

    /// <inheritdoc/>
    public Task<ObjectName?> FindEndAsync(string migrationId, MessageSource source, string space, ObjectName after, int messages) => statements.FindAsync(
        source.IsKek ? Query.EndOfKey : Query.EndOfProvider,
        row => (ObjectName?)new ObjectName(row.GetString(0), row.GetString(1)),
        ("$migration_id", migrationId),
        ("$item", source.Id),
        ("$tenant_id", source.TenantId),
        ("$space", space),
        ("$after_name", after.Key),
        ("$after_version", after.Version),
        ("$messages", messages));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListSpacesAsync(string migrationId, MessageSource source) => statements.ListAsync(
        Query.Spaces(source),
        row => row.GetString(0),
        ("$migration_id", migrationId),
        ("$item", source.Id),
        ("$tenant_id", source.TenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListPendingSpacesAsync(MessageSource source) => statements.ListAsync(
        """
        SELECT s.address FROM spaces s
        WHERE EXISTS (SELECT 1 FROM catalog_pending c WHERE c.space = s.number AND c.tenant_id = $tenant_id AND coalesce(c.kek_id, c.direct_provider_id) = $item)
        ORDER BY s.number
        """,
        row => row.GetString(0),
        ("$item", source.Id),
        ("$tenant_id", source.TenantId));

    /// <inheritdoc/>
    public Task<long> CountOlderAsync(MessageSource source) => statements.FindAsync(
        Query.Older(source),
        row => row.GetInt64(0),
        ("$item", source.Id),
        ("$tenant_id", source.TenantId));

    /// <inheritdoc/>
    public Task<long> MeasureAsync(MessageSource source) => statements.FindAsync(
        Query.Size(source),
        row => row.GetInt64(0),
        ("$item", source.Id),
        ("$tenant_id", source.TenantId));

    private static MigrationRange Read(DbDataReader row) => new()
    {
        MigrationId = row.GetString(0),
        Number = row.GetInt64(1),
        Source = new MessageSource(row.GetString(3), row.GetString(2)),
        Space = row.GetString(4),
        After = new ObjectName(row.GetString(5), row.GetString(6)),
        Last = new ObjectName(row.GetString(7), row.GetString(8)),
        Runner = row.OptionalText(9),
        Attempt = row.GetInt64(10),
        IsDone = row.GetBoolean(11),
    };

    private static FailedMessage ReadFailure(DbDataReader row)
    {
        var source = new MessageSource(row.GetString(4), row.GetString(9));
        var entry = new CatalogEntry
        {
            MessageId = row.GetString(3),
            TenantId = source.TenantId,
            Space = row.GetString(5),
            Key = row.GetString(6),
            Version = row.GetString(7),
            Name = row.OptionalText(8) ?? row.GetString(6),
            KekId = source.IsKek ? source.Id : null,
            DirectProviderId = source.IsKek ? null : source.Id,
        };
        return new FailedMessage(row.GetString(0), entry, row.GetString(1), row.OptionalText(2));
    }
}
