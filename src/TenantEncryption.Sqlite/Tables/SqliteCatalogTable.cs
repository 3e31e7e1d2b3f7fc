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
        foreach (CatalogEntry entry in entries)
        {
            statements.Execute(
                """
                INSERT INTO catalog (message_id, tenant_id, path, kek_id, direct_provider_id, length, state, reservation_id, created_at)
                VALUES ($message_id, $tenant_id, $path, $kek_id, $direct_provider_id, $length, 'Pending', $reservation_id, $created_at)
                """,
                ("$message_id", entry.MessageId),
                ("$tenant_id", entry.TenantId),
                ("$path", entry.Path),
                ("$kek_id", entry.KekId),
                ("$direct_provider_id", entry.DirectProviderId),
                ("$length", entry.Length),
                ("$reservation_id", entry.ReservationId),
                ("$created_at", StoredText.OfTime(entry.CreatedAt)));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>: an entry is gone, as another process took its writer for dead.</exception>
    public Task ConfirmAsync(IReadOnlyList<string> messageIds)
    {
        foreach (string messageId in messageIds)
        {
            statements.Execute(
                """
                DELETE FROM catalog
                WHERE path = (SELECT path FROM catalog WHERE message_id = $message_id) AND slot = '' AND message_id <> $message_id
                """,
                ("$message_id", messageId));
            int rows = statements.Execute(
                "UPDATE catalog SET state = 'Present', reservation_id = NULL WHERE message_id = $message_id",
                ("$message_id", messageId));
            if (rows != 1)
            {
                throw new TenantEncryptionException(ErrorCodes.LeaseLost, $"The catalog entry of the message {messageId} is gone.");
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> messageIds)
    {
        foreach (string messageId in messageIds)
        {
            statements.Execute("DELETE FROM catalog WHERE message_id = $message_id", ("$message_id", messageId));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<CatalogEntry?> FindAtAsync(string path) => Task.FromResult(
        statements.Find($"{Select} WHERE path = $path AND slot = ''", Read, ("$path", path)));

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
