using System.Data.Common;
using TenantEncryption.Errors;
using TenantEncryption.Migration;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The tables <c>migrations</c> and <c>migration_items</c>.</summary>
internal sealed class MigrationTable(SqlStatements statements) : IMigrationTable
{
    private const string Unfinished = "state IN ('New', 'InProgress', 'Suspended', 'Failed')";

    /// <summary>The row of a tenant's unfinished migration.</summary>
    public const string Rows =
        $"""
        SELECT id, mode, migrating_from, migrating_to FROM migrations
        WHERE tenant_id = $tenant_id AND {Unfinished}
        """;

    /// <summary>The rows of its items.</summary>
    public const string StagedRows =
        $"""
        SELECT i.migration_id, i.kek_id, i.is_new_key, {KeyRecordColumns.Names} FROM migration_items i
        WHERE i.migration_id = (SELECT id FROM migrations WHERE tenant_id = $tenant_id AND {Unfinished})
        ORDER BY i.ordinal
        """;

    private const string Columns =
        """
        m.id, m.tenant_id, m.mode, m.state, m.migrating_from, m.migrating_to, m.actor, m.initiated_at, m.completed_at,
        m.failure_code, m.requested, m.low_priority, m.bytes
        """;

    private const string Select =
        $"""
        SELECT {Columns},
            CASE m.mode WHEN 'Reencrypt' THEN m.total ELSE (SELECT count(*) FROM migration_items i WHERE i.migration_id = m.id) END,
            CASE m.mode WHEN 'Reencrypt' THEN m.done
                ELSE (SELECT count(*) FROM migration_items i WHERE i.migration_id = m.id AND i.state IN ('Staged', 'Done')) END,
            CASE m.mode WHEN 'Reencrypt' THEN
                (SELECT count(*) FROM migration_failures f WHERE f.migration_id = m.id AND f.item NOT IN
                        (SELECT i.kek_id FROM migration_items i WHERE i.migration_id = m.id AND i.state = 'Failed'))
                    + (SELECT CAST(coalesce(sum(k.messages), 0) AS bigint) FROM migration_items i JOIN key_encryption_keys k ON k.kek_id = i.kek_id
                        WHERE i.migration_id = m.id AND i.state = 'Failed')
                ELSE (SELECT count(*) FROM migration_items i WHERE i.migration_id = m.id AND i.state = 'Failed') END,
            (SELECT p.name FROM key_providers p WHERE p.id = m.migrating_from),
            (SELECT p.name FROM key_providers p WHERE p.id = m.migrating_to)
        FROM migrations m
        """;

    /// <inheritdoc/>
    public async Task AddAsync(KeyMigration migration)
    {
        await statements.ExecuteAsync(
            """
            INSERT INTO migrations (id, tenant_id, mode, state, migrating_from, migrating_to, actor, initiated_at, completed_at,
                failure_code, requested, low_priority, total, done, bytes)
            VALUES ($id, $tenant_id, $mode, $state, $migrating_from, $migrating_to, $actor, $initiated_at, $completed_at,
                $failure_code, $requested, $low_priority, $total, 0, 0)
            """,
            [
                .. Changing(migration),
                ("$tenant_id", migration.TenantId),
                ("$mode", migration.Mode.ToString()),
                ("$migrating_from", migration.MigratingFrom),
                ("$migrating_to", migration.MigratingTo),
                ("$actor", migration.Actor),
            ]).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task UpdateAsync(KeyMigration migration)
    {
        int rows = await statements.ExecuteAsync(
            """
            UPDATE migrations SET state = $state, initiated_at = $initiated_at, completed_at = $completed_at,
                failure_code = $failure_code, requested = $requested, low_priority = $low_priority,
                total = $total
            WHERE id = $id
            """,
            Changing(migration)).ConfigureAwait(false);
        if (rows != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.MigrationNotFound, $"There is no migration '{migration.Id}'.");
        }
    }

    /// <inheritdoc/>
    public Task<KeyMigration?> FindAsync(string migrationId) => statements.FindAsync($"{Select} WHERE m.id = $id", Read, ("$id", migrationId));

    /// <inheritdoc/>
    public Task<KeyMigration?> FindUnfinishedAsync(string tenantId) => statements.FindAsync(
        $"""
        SELECT {Columns}, m.total, 0, 0, NULL, NULL
        FROM migrations m WHERE m.tenant_id = $tenant_id AND {Unfinished}
        """,
        Read,
        ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<NameInStore>> ListNamesAsync() => statements.ListAsync(
        "SELECT tenant_id, id FROM migrations ORDER BY tenant_id, initiated_at, ordinal", row => new NameInStore(row.GetString(0), row.GetString(1), row.GetString(1)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTenantsAsync() => statements.ListAsync("SELECT DISTINCT tenant_id FROM migrations ORDER BY tenant_id", row => row.GetString(0));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyMigration>> ListAsync(string? tenantId)
    {
        Conditions conditions = new Conditions().And("m.tenant_id = $tenant_id", "$tenant_id", tenantId);
        return await statements.ListAsync($"{Select} {conditions} ORDER BY m.initiated_at, m.ordinal", Read, conditions.Values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task PutItemAsync(MigrationItem item)
    {
        try
        {
            await statements.ExecuteAsync(
                $"""
                INSERT INTO migration_items (migration_id, kek_id, is_new_key, state, code, detail, {KeyRecordColumns.Names})
                VALUES ($migration_id, $kek_id, $is_new_key, $state, $code, $detail, {KeyRecordColumns.Parameters})
                ON CONFLICT (migration_id, kek_id) DO UPDATE SET
                    (is_new_key, state, code, detail, {KeyRecordColumns.Names})
                    = ($is_new_key, $state, $code, $detail, {KeyRecordColumns.Parameters})
                """,
                [
                    ("$migration_id", item.MigrationId),
                    ("$kek_id", item.KekId),
                    ("$is_new_key", item.IsNewKey),
                    ("$state", item.State.ToString()),
                    ("$code", item.Code),
                    ("$detail", item.Detail),
                    .. KeyRecordColumns.Values(item.Staged),
                ]).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(
                ErrorCodes.MigrationNotFound,
                $"There is no migration '{item.MigrationId}'.",
                exception.InnerException);
        }
    }

    /// <inheritdoc/>
    public async Task<int> RemoveOfTenantAsync(string tenantId)
    {
        statements.RecordsOverwritten = true;
        foreach (string table in (string[])["migration_runners", "migration_failures", "migration_ranges", "migration_items"])
        {
            await statements.ExecuteAsync($"DELETE FROM {table} WHERE migration_id IN (SELECT id FROM migrations WHERE tenant_id = $tenant_id)", ("$tenant_id", tenantId)).ConfigureAwait(false);
        }

        return await statements.ExecuteAsync("DELETE FROM migrations WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MigrationItem>> ListItemsAsync(string migrationId) => statements.ListAsync(
            $"""
            SELECT migration_id, kek_id, is_new_key, state, code, detail, {KeyRecordColumns.Names}
            FROM migration_items WHERE migration_id = $migration_id ORDER BY ordinal
            """,
            ReadItem,
            ("$migration_id", migrationId));

    private static (string Name, object? Value)[] Changing(KeyMigration migration) =>
    [
        ("$id", migration.Id),
        ("$state", migration.State.ToString()),
        ("$initiated_at", StoredText.OfTime(migration.InitiatedAt)),
        ("$completed_at", StoredText.OfTime(migration.CompletedAt)),
        ("$failure_code", migration.FailureCode),
        ("$requested", migration.Requested?.ToString()),
        ("$low_priority", migration.LowPriority),
        ("$total", migration.Total),
    ];

    private static KeyMigration Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        TenantId = row.GetString(1),
        Mode = row.Named<MigrationMode>(2),
        State = row.Named<MigrationState>(3),
        MigratingFrom = row.GetString(4),
        MigratingTo = row.GetString(5),
        Actor = row.OptionalText(6),
        InitiatedAt = row.Time(7),
        CompletedAt = row.OptionalTime(8),
        FailureCode = row.OptionalText(9),
        Requested = row.OptionalText(10) is { } requested ? Enum.Parse<MigrationState>(requested) : null,
        LowPriority = row.GetBoolean(11),
        Bytes = row.GetInt64(12),
        Total = row.GetInt64(13),
        Done = row.GetInt64(14),
        Failed = row.GetInt64(15),
        MigratingFromName = row.OptionalText(16),
        MigratingToName = row.OptionalText(17),
    };

    private static MigrationItem ReadItem(DbDataReader row) => new()
    {
        MigrationId = row.GetString(0),
        KekId = row.GetString(1),
        IsNewKey = row.GetBoolean(2),
        State = row.Named<MigrationItemState>(3),
        Code = row.OptionalText(4),
        Detail = row.OptionalText(5),
        Staged = row.IsDBNull(6) ? null : KeyRecordColumns.Read(row, row.GetString(1), 6),
    };
}
