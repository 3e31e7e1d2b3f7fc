using System.Data.Common;
using TenantEncryption.Data;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The tables <c>catalog</c> and <c>catalog_pending</c>.</summary>
internal sealed class CatalogTable(SqlStatements statements) : ICatalogTable
{
    private const string ThisObject = $"space = {CatalogQuery.Number} AND name = $key AND version = $version";

    // To so many keys, a walk for each costs little.
    private const int FewKeys = 16;

    // A transaction has to do with one space, nearly always.
    private (string? Address, long Number) _space;

    private CatalogQuery Query => CatalogQuery.In(statements.Dialect);

    /// <inheritdoc/>
    public Task AddPendingAsync(string reservationId, IReadOnlyList<CatalogEntry> entries) =>
        InsertAsync("catalog_pending", entries, new SqlColumn("reservation_id", [.. Enumerable.Repeat(reservationId, entries.Count)]));

    /// <inheritdoc/>
    public async Task<int> ConfirmAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null)
    {
        (string Name, object? Value)[] which = Which(reservationId, space, exceptKeys);
        await RemoveAsync(Query.CountReplaced, Query.RemoveReplaced, which).ConfigureAwait(false);
        int confirmed = await statements.ExecuteAsync(
            $"INSERT INTO catalog ({CatalogQuery.Columns}) SELECT {CatalogQuery.Columns} FROM catalog_pending WHERE {Query.OfReservation}", which).ConfigureAwait(false);
        await statements.ExecuteAsync($"DELETE FROM catalog_pending WHERE {Query.OfReservation}", which).ConfigureAwait(false);
        return confirmed;
    }

    /// <inheritdoc/>
    public Task RemovePendingAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null) =>
        RemoveAsync($"FROM catalog_pending WHERE {Query.OfReservation}", Which(reservationId, space, exceptKeys));

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<CatalogEntry> entries) =>
        // Ids are random, and names of a batch beside each other: in this order each page of both is looked for once.
        InsertAsync("catalog", [.. entries.OrderBy(entry => entry.MessageId, StringComparer.Ordinal)]);

    /// <inheritdoc/>
    public async Task<bool> MoveAsync(CatalogEntry entry, string space, string key, string name)
    {
        await NumberOfAsync(space).ConfigureAwait(false);
        return await statements.ExecuteAsync(
            CatalogQuery.Move,
            ("$space", space),
            ("$key", key),
            ("$spelling", key == name ? null : name),
            ("$message_id", entry.MessageId),
            ("$old_space", entry.Space),
            ("$old_key", entry.Key),
            ("$old_version", entry.Version)).ConfigureAwait(false) == 1;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(IReadOnlyList<string> messageIds) =>
        RemoveAsync(Query.CountMessages, Query.RemoveMessages, [("$ids", statements.Dialect.List(messageIds))]);

    /// <inheritdoc/>
    public Task<long> CountAsync(string tenantId) => statements.FindAsync(
        "SELECT (SELECT count(*) FROM catalog WHERE tenant_id = $tenant_id) + (SELECT count(*) FROM catalog_pending WHERE tenant_id = $tenant_id)",
        row => row.GetInt64(0),
        ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public async Task RemoveOfTenantAsync(string tenantId)
    {
        await RemoveAsync("FROM catalog_pending WHERE tenant_id = $tenant_id", [("$tenant_id", tenantId)]).ConfigureAwait(false);
        await RemoveAsync("FROM catalog WHERE tenant_id = $tenant_id", [("$tenant_id", tenantId)]).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<CatalogEntry?> FindAsync(string space, string key, string version = "") => statements.FindAsync(
        $"SELECT {CatalogQuery.Entries} FROM catalog {CatalogQuery.WithSpaces} WHERE {ThisObject}", Read, ("$space", space), ("$key", key), ("$version", version));

    /// <inheritdoc/>
    public Task<string?> FindMessageIdAsync(string space, string key, string version = "") => statements.FindAsync(
        $"SELECT message_id FROM catalog WHERE {ThisObject}", row => row.GetString(0), ("$space", space), ("$key", key), ("$version", version));

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> FindMessageIdsAsync(string space, IReadOnlyList<string> keys)
    {
        var found = new Dictionary<string, string>(keys.Count, StringComparer.Ordinal);
        foreach ((string key, string messageId) in await statements.ListAsync(
            Query.OfNames, row => (row.GetString(0), row.GetString(1)), ("$space", space), ("$keys", statements.Dialect.List(keys))).ConfigureAwait(false))
        {
            found[key] = messageId;
        }

        return found;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> FindMessagesAsync(IReadOnlyList<string> messageIds) =>
        statements.ListAsync(Query.OfMessages, Read, ("$ids", statements.Dialect.List(messageIds)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindPendingAsync(IReadOnlyList<string> messageIds) => statements.ListAsync(
        $"SELECT message_id FROM catalog_pending WHERE message_id IN (SELECT value FROM {statements.Dialect.Each("$ids")})",
        row => row.GetString(0),
        ("$ids", statements.Dialect.List(messageIds)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindPendingKeysAsync(string space, IReadOnlyList<string> keys) => statements.ListAsync(
        $"SELECT DISTINCT name FROM catalog_pending WHERE space = {CatalogQuery.Number} AND name IN (SELECT value FROM {statements.Dialect.Each("$keys")})",
        row => row.GetString(0),
        ("$space", space),
        ("$keys", statements.Dialect.List(keys)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListBelowAsync(string space, string prefix, CatalogEntry? after, int limit) => statements.ListAsync(
        CatalogQuery.Below,
        Read,
        ("$space", space),
        ("$after_key", after?.Key ?? prefix),
        ("$after_version", after?.Version ?? ""),
        ("$end", prefix.Length == 0 ? "\U0010FFFF" : prefix[..^1] + (char)(prefix[^1] + 1)),
        ("$limit", limit));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, CatalogEntry? after, int limit)
    {
        IReadOnlyList<string>? few = providerId is not null && kekId is null ? await FindFewKeysAsync(providerId).ConfigureAwait(false) : null;
        if (few is { Count: 0 })
        {
            return [];
        }

        (string text, (string Name, object? Value)[] values) = few is null
            ? Query.List(tenantId, kekId, providerId, after, limit)
            : Query.ListUnder(few, tenantId, after, limit);
        return await statements.ListAsync(text, Read, values).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> FindReplacedAsync(string reservationId, string space) => (await statements.ListAsync(
        Query.Replaced,
        row => (Key: row.GetString(0), MessageId: row.GetString(1)),
        ("$reservation_id", reservationId),
        ("$space", space)).ConfigureAwait(false)).ToDictionary(one => one.Key, one => one.MessageId, StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PendingEntry>> ListOrphanedAsync(string space) => statements.ListAsync(
        $"""
        SELECT {CatalogQuery.Entries}, reservation_id FROM catalog_pending {CatalogQuery.WithSpaces}
        WHERE address = $space AND NOT EXISTS (SELECT 1 FROM wrap_reservations r WHERE r.id = catalog_pending.reservation_id)
        ORDER BY reservation_id, name, version
        """,
        row => new PendingEntry(row.GetString(10), Read(row)),
        ("$space", space));

    // The keys under which all that depends on a provider is, when they are few.
    private async Task<IReadOnlyList<string>?> FindFewKeysAsync(string providerId)
    {
        IReadOnlyList<string> keys = await statements.ListAsync(
            "SELECT kek_id FROM key_encryption_keys WHERE provider_id = $provider_id AND messages > 0 LIMIT $limit",
            row => row.GetString(0),
            ("$provider_id", providerId),
            ("$limit", FewKeys + 1)).ConfigureAwait(false);
        bool isDirect = await statements.FindAsync(
            "SELECT 1 FROM key_providers WHERE id = $id AND direct_messages > 0", row => true, ("$id", providerId)).ConfigureAwait(false);
        return isDirect || keys.Count > FewKeys ? null : keys;
    }

    private (string Name, object? Value)[] Which(string reservationId, string space, IReadOnlyList<string>? exceptKeys) =>
        [("$reservation_id", reservationId), ("$space", space), ("$except_keys", statements.Dialect.List(exceptKeys ?? []))];

    private async Task InsertAsync(string table, IReadOnlyList<CatalogEntry> entries, params IReadOnlyList<SqlColumn> more)
    {
        var spaces = new long[entries.Count];
        var times = new string[entries.Count];
        for (int i = 0; i < entries.Count; i++)
        {
            spaces[i] = await NumberOfAsync(entries[i].Space).ConfigureAwait(false);

            // A batch's entries are of one time.
            times[i] = i > 0 && entries[i].CreatedAt == entries[i - 1].CreatedAt ? times[i - 1] : StoredText.OfTime(entries[i].CreatedAt);
        }

        await statements.InsertAsync(
            table,
            [
                new SqlColumn("space", spaces),
                Texts("name", entry => entry.Key),
                Texts("version", entry => entry.Version),
                Texts("spelling", entry => entry.Key == entry.Name ? null : entry.Name),
                Texts("message_id", entry => entry.MessageId),
                Texts("tenant_id", entry => entry.TenantId),
                Texts("kek_id", entry => entry.KekId),
                Texts("direct_provider_id", entry => entry.DirectProviderId),
                new SqlColumn("length", [.. entries.Select(entry => entry.Length)]),
                new SqlColumn("created_at", times),
                .. more,
            ]).ConfigureAwait(false);
        foreach (IGrouping<(string? KekId, string? ProviderId), CatalogEntry> added in entries.GroupBy(entry => (entry.KekId, entry.DirectProviderId)))
        {
            await CountAsync(added.Key.KekId, added.Key.ProviderId, added.Count()).ConfigureAwait(false);
        }

        SqlColumn Texts(string name, Func<CatalogEntry, string?> text) => new(name, [.. entries.Select(text)]);
    }

    private async Task<long> NumberOfAsync(string space)
    {
        if (_space.Address != space)
        {
            long? known = await statements.FindAsync(CatalogQuery.FindNumber, row => (long?)row.GetInt64(0), ("$space", space)).ConfigureAwait(false);
            if (known is null)
            {
                await statements.ExecuteAsync("INSERT INTO spaces (address) VALUES ($space) ON CONFLICT (address) DO NOTHING", ("$space", space)).ConfigureAwait(false);
                known = await statements.FindAsync(CatalogQuery.FindNumber, row => (long?)row.GetInt64(0), ("$space", space)).ConfigureAwait(false);
            }

            _space = (space, known!.Value);
        }

        return _space.Number;
    }

    private Task RemoveAsync(string which, (string Name, object? Value)[] values) => RemoveAsync(CatalogQuery.Counted(which), "DELETE " + which, values);

    // What is removed is counted before: a batch by one look, of which mostly nothing is left to do.
    private async Task RemoveAsync(string count, string remove, (string Name, object? Value)[] values)
    {
        IReadOnlyList<(string? KekId, string? ProviderId, long Count)> counts = await statements.ListAsync(
            count, row => (row.OptionalText(0), row.OptionalText(1), row.GetInt64(2)), values).ConfigureAwait(false);
        if (counts.Count == 0)
        {
            return;
        }

        await statements.ExecuteAsync(remove, values).ConfigureAwait(false);
        foreach ((string? kekId, string? providerId, long removed) in counts)
        {
            await CountAsync(kekId, providerId, -removed).ConfigureAwait(false);
        }
    }

    // One statement for a batch.
    private async Task CountAsync(string? kekId, string? providerId, long added)
    {
        if (kekId is not null)
        {
            await statements.ExecuteAsync(
                "UPDATE key_encryption_keys SET messages = messages + $added WHERE kek_id = $kek_id", ("$added", added), ("$kek_id", kekId)).ConfigureAwait(false);
        }

        if (providerId is not null)
        {
            await statements.ExecuteAsync(
                "UPDATE key_providers SET direct_messages = direct_messages + $added WHERE id = $id", ("$added", added), ("$id", providerId)).ConfigureAwait(false);
        }
    }

    /// <summary>Reads an entry: the address of its space, and <see cref="CatalogQuery.Named"/>.</summary>
    public static CatalogEntry Read(DbDataReader row) => new()
    {
        Space = row.GetString(0),
        Key = row.GetString(1),
        Version = row.GetString(2),
        Name = row.OptionalText(3) ?? row.GetString(1),
        MessageId = row.GetString(4),
        TenantId = row.GetString(5),
        KekId = row.OptionalText(6),
        DirectProviderId = row.OptionalText(7),
        Length = row.GetInt64(8),
        CreatedAt = row.Time(9),
    };
}
