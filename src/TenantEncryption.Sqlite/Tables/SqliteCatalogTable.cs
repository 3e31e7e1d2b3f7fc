using System.Globalization;
using Microsoft.Data.Sqlite;
using TenantEncryption.Data;
using TenantEncryption.Files;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The tables <c>catalog</c> and <c>catalog_pending</c>.</summary>
internal sealed class SqliteCatalogTable(StoreStatements statements) : ICatalogTable
{
    private const string Columns = "path, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at";

    // To so many keys, a walk for each costs little.
    private const int FewKeys = 16;

    private const string OfReservation =
        "reservation_id = $reservation_id AND path NOT IN (SELECT value FROM json_each($except_paths))";

    /// <inheritdoc/>
    public Task AddPendingAsync(string reservationId, IReadOnlyList<CatalogEntry> entries)
    {
        RowStatement insert = statements.ForRows(
            $"INSERT INTO catalog_pending (reservation_id, {Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        (DateTimeOffset Time, string Text) created = default;
        insert.Bind(1, reservationId);
        foreach (CatalogEntry entry in entries)
        {
            // A batch's entries are of one time.
            if (created.Text is null || created.Time != entry.CreatedAt)
            {
                created = (entry.CreatedAt, StoredText.OfTime(entry.CreatedAt));
            }

            string key = PathIdentity.KeyOf(entry.Path);
            insert.Bind(2, key);
            insert.Bind(3, key == entry.Path ? null : entry.Path);
            insert.Bind(4, entry.MessageId);
            insert.Bind(5, entry.TenantId);
            insert.Bind(6, entry.KekId);
            insert.Bind(7, entry.DirectProviderId);
            insert.Bind(8, entry.Length);
            insert.Bind(9, created.Text);
            insert.Run();
        }

        foreach (IGrouping<(string? KekId, string? ProviderId), CatalogEntry> added in entries.GroupBy(entry => (entry.KekId, entry.DirectProviderId)))
        {
            Count(added.Key.KekId, added.Key.ProviderId, added.Count());
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> ConfirmAsync(string reservationId, IReadOnlyList<string>? exceptPaths = null)
    {
        (string Name, object? Value)[] which = Which(reservationId, exceptPaths);
        statements.Execute($"DELETE FROM catalog WHERE path IN (SELECT path FROM catalog_pending WHERE {OfReservation})", which);
        int confirmed = statements.Execute($"INSERT INTO catalog ({Columns}) SELECT {Columns} FROM catalog_pending WHERE {OfReservation}", which);
        statements.Execute($"DELETE FROM catalog_pending WHERE {OfReservation}", which);
        return Task.FromResult(confirmed);
    }

    /// <inheritdoc/>
    public Task RemovePendingAsync(string reservationId, IReadOnlyList<string>? exceptPaths = null)
    {
        (string Name, object? Value)[] which = Which(reservationId, exceptPaths);
        foreach ((string? kekId, string? providerId, int removed) in statements.List(
            $"SELECT kek_id, direct_provider_id, count(*) FROM catalog_pending WHERE {OfReservation} GROUP BY kek_id, direct_provider_id",
            row => (row.OptionalText(0), row.OptionalText(1), row.GetInt32(2)),
            which))
        {
            Count(kekId, providerId, -removed);
        }

        statements.Execute($"DELETE FROM catalog_pending WHERE {OfReservation}", which);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> messageIds)
    {
        RowStatement remove = statements.ForRows("DELETE FROM catalog WHERE message_id = ?1");
        foreach (string messageId in messageIds)
        {
            remove.Bind(1, messageId);
            remove.Run();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<CatalogEntry?> FindAtAsync(string path) => Task.FromResult(
        statements.Find($"SELECT {Columns} FROM catalog WHERE path = $path", Read, ("$path", PathIdentity.KeyOf(path))));

    /// <inheritdoc/>
    public Task<string?> FindMessageIdAtAsync(string path) => Task.FromResult(
        statements.Find("SELECT message_id FROM catalog WHERE path = $path", row => row.GetString(0), ("$path", PathIdentity.KeyOf(path))));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, string? afterPath, int limit)
    {
        if (providerId is not null && kekId is null && FindFewKeys(providerId) is { } keys)
        {
            return Task.FromResult(ListUnder(keys, tenantId, afterPath, limit));
        }

        Conditions conditions = Of(tenantId, kekId, providerId).And("path > $after_path", "$after_path", KeyOf(afterPath)).With("$limit", limit);
        return Task.FromResult(statements.List($"SELECT {Columns} FROM catalog {conditions} ORDER BY path LIMIT $limit", Read, conditions.Values));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PendingEntry>> ListOrphanedAsync() => Task.FromResult(
        statements.List(
            $"""
            SELECT {Columns}, reservation_id FROM catalog_pending
            WHERE NOT EXISTS (SELECT 1 FROM wrap_reservations r WHERE r.id = catalog_pending.reservation_id)
            ORDER BY reservation_id, path
            """,
            row => new PendingEntry(row.GetString(8), Read(row))));

    // The keys under which all that depends on a provider is, when they are few.
    private IReadOnlyList<string>? FindFewKeys(string providerId)
    {
        IReadOnlyList<string> keys = statements.List(
            "SELECT kek_id FROM key_encryption_keys WHERE provider_id = $provider_id AND messages > 0 LIMIT $limit",
            row => row.GetString(0),
            ("$provider_id", providerId),
            ("$limit", FewKeys + 1));
        bool isDirect = statements.Find("SELECT 1 FROM key_providers WHERE id = $id AND direct_messages > 0", row => true, ("$id", providerId));
        return isDirect || keys.Count > FewKeys ? null : keys;
    }

    // The index of keys has their paths in order: a walk for each, instead of all of the tenant's entries.
    private IReadOnlyList<CatalogEntry> ListUnder(IReadOnlyList<string> keys, string? tenantId, string? afterPath, int limit)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        Conditions conditions = new Conditions()
            .And("+tenant_id = $tenant_id", "$tenant_id", tenantId)
            .And("path > $after_path", "$after_path", KeyOf(afterPath));
        string common = conditions.ToString();
        conditions.With("$limit", limit);
        var walks = new List<string>();
        foreach (string key in keys)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$kek_id{walks.Count}");
            conditions.With(name, key);
            walks.Add($"SELECT * FROM (SELECT {Columns} FROM catalog {(common.Length == 0 ? "WHERE" : common + " AND")} kek_id = {name} ORDER BY path LIMIT $limit)");
        }

        return statements.List($"SELECT {Columns} FROM ({string.Join(" UNION ALL ", walks)}) ORDER BY path LIMIT $limit", Read, conditions.Values);
    }

    private static (string Name, object? Value)[] Which(string reservationId, IReadOnlyList<string>? exceptPaths) =>
        [("$reservation_id", reservationId), ("$except_paths", StoredText.OfList([.. (exceptPaths ?? []).Select(PathIdentity.KeyOf)]))];

    private static string? KeyOf(string? path) => path is null ? null : PathIdentity.KeyOf(path);

    // One statement for a batch: a trigger for each row would take half of what adding it does.
    private void Count(string? kekId, string? providerId, int added)
    {
        statements.Execute("UPDATE key_encryption_keys SET messages = messages + $added WHERE kek_id = $kek_id", ("$added", added), ("$kek_id", kekId));
        statements.Execute("UPDATE key_providers SET direct_messages = direct_messages + $added WHERE id = $id", ("$added", added), ("$id", providerId));
    }

    // A unary plus keeps a term from choosing the index. The narrowest index is that of the key, then that of the tenant.
    private static Conditions Of(string? tenantId, string? kekId, string? providerId) => new Conditions()
        .And("kek_id = $kek_id", "$kek_id", kekId)
        .And(kekId is null ? "tenant_id = $tenant_id" : "+tenant_id = $tenant_id", "$tenant_id", tenantId)
        .And(
            $"""
            {(kekId is null && tenantId is null ? string.Empty : "+")}tenant_id = (SELECT tenant_id FROM key_providers WHERE id = $provider_id)
            AND (+direct_provider_id = $provider_id
                OR +kek_id IN (SELECT kek_id FROM key_encryption_keys WHERE provider_id = $provider_id))
            """,
            "$provider_id",
            providerId);

    private static CatalogEntry Read(SqliteDataReader row) => new()
    {
        Path = row.OptionalText(1) ?? row.GetString(0),
        MessageId = row.GetString(2),
        TenantId = row.GetString(3),
        KekId = row.OptionalText(4),
        DirectProviderId = row.OptionalText(5),
        Length = row.GetInt64(6),
        CreatedAt = row.Time(7),
    };
}
