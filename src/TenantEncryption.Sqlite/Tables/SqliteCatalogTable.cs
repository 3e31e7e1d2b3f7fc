using Microsoft.Data.Sqlite;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>catalog</c>.</summary>
internal sealed class SqliteCatalogTable(StoreStatements statements) : ICatalogTable
{
    private const string Select =
        "SELECT message_id, tenant_id, path, kek_id, direct_provider_id, length, state, reservation_id, created_at FROM catalog";

    /// <inheritdoc/>
    public Task AddPendingAsync(IReadOnlyList<CatalogEntry> entries)
    {
        RowStatement insert = statements.ForRows(
            """
            INSERT INTO catalog (message_id, tenant_id, path, kek_id, direct_provider_id, length, state, reservation_id, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'Pending', ?7, ?8)
            """);
        (DateTimeOffset Time, string Text) created = default;
        foreach (CatalogEntry entry in entries)
        {
            // A batch's entries are of one time.
            if (created.Text is null || created.Time != entry.CreatedAt)
            {
                created = (entry.CreatedAt, StoredText.OfTime(entry.CreatedAt));
            }

            insert.Bind(1, entry.MessageId);
            insert.Bind(2, entry.TenantId);
            insert.Bind(3, entry.Path);
            insert.Bind(4, entry.KekId);
            insert.Bind(5, entry.DirectProviderId);
            insert.Bind(6, entry.Length);
            insert.Bind(7, entry.ReservationId);
            insert.Bind(8, created.Text);
            insert.Run();
        }

        Count(entries);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>: an entry is gone, as another process took its writer for dead.</exception>
    public Task ConfirmAsync(IReadOnlyList<string> messageIds)
    {
        RowStatement displace = statements.ForRows(
            """
            DELETE FROM catalog
            WHERE path = (SELECT path FROM catalog WHERE message_id = ?1) AND slot = '' AND message_id <> ?1
            """);
        RowStatement confirm = statements.ForRows("UPDATE catalog SET state = 'Present', reservation_id = NULL WHERE message_id = ?1");
        foreach (string messageId in messageIds)
        {
            displace.Bind(1, messageId);
            displace.Run();
            confirm.Bind(1, messageId);
            if (confirm.Run() != 1)
            {
                throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"The catalog entry of the message {messageId} is gone.");
            }
        }

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
        statements.Find($"{Select} WHERE path = $path AND slot = ''", Read, ("$path", path)));

    /// <inheritdoc/>
    public Task<string?> FindMessageIdAtAsync(string path) => Task.FromResult(
        statements.Find("SELECT message_id FROM catalog WHERE path = $path AND slot = ''", row => row.GetString(0), ("$path", path)));

    /// <inheritdoc/>
    /// <remarks>
    /// Entries of one path (a Present one and those being written) are never parted by a page: a page is longer than
    /// <paramref name="limit"/> by those that share the path of its last one.
    /// </remarks>
    public Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, string? afterPath, int limit)
    {
        Conditions conditions = Of(tenantId, kekId, providerId).And("path > $after_path", "$after_path", afterPath).With("$limit", limit);
        IReadOnlyList<CatalogEntry> page = statements.List(
            $"{Select} {conditions} ORDER BY path, slot LIMIT $limit",
            Read,
            conditions.Values);
        if (page.Count == 0 || page.Count < limit)
        {
            return Task.FromResult(page);
        }

        CatalogEntry last = page[^1];
        Conditions ofLastPath = Of(tenantId, kekId, providerId)
            .And("path = $path", "$path", last.Path)
            .And("slot > $slot", "$slot", last.State == CatalogState.Present ? string.Empty : last.MessageId);
        IReadOnlyList<CatalogEntry> rest = statements.List($"{Select} {ofLastPath} ORDER BY path, slot", Read, ofLastPath.Values);
        return Task.FromResult<IReadOnlyList<CatalogEntry>>([.. page, .. rest]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListOrphanedAsync() => Task.FromResult(
        statements.List(
            $"""
            {Select}
            WHERE state = 'Pending' AND NOT EXISTS (SELECT 1 FROM wrap_reservations r WHERE r.id = catalog.reservation_id)
            ORDER BY +path, slot
            """,
            Read));

    // One statement for a batch: a trigger for each row would take half of what adding it does.
    private void Count(IReadOnlyList<CatalogEntry> entries)
    {
        foreach ((string? kekId, string? providerId) in entries.Select(entry => (entry.KekId, entry.DirectProviderId)).Distinct())
        {
            int added = entries.Count(entry => entry.KekId == kekId && entry.DirectProviderId == providerId);
            statements.Execute("UPDATE key_encryption_keys SET messages = messages + $added WHERE kek_id = $kek_id", ("$added", added), ("$kek_id", kekId));
            statements.Execute("UPDATE key_providers SET direct_messages = direct_messages + $added WHERE id = $id", ("$added", added), ("$id", providerId));
        }
    }

    // A unary plus keeps a term from choosing the index. The narrowest index is that of the key, then that of the tenant; that of the
    // Pending entries is narrower than any.
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
        MessageId = row.GetString(0),
        TenantId = row.GetString(1),
        Path = row.GetString(2),
        KekId = row.OptionalText(3),
        DirectProviderId = row.OptionalText(4),
        Length = row.GetInt64(5),
        State = row.Named<CatalogState>(6),
        ReservationId = row.OptionalText(7),
        CreatedAt = row.Time(8),
    };
}
