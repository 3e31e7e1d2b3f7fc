using System.Globalization;
using Microsoft.Data.Sqlite;
using TenantEncryption.Data;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The tables <c>catalog</c> and <c>catalog_pending</c>.</summary>
internal sealed class SqliteCatalogTable(StoreStatements statements) : ICatalogTable
{
    /// <summary>The columns of an entry, after the address of its space.</summary>
    public const string Named = "c.name, c.version, c.spelling, c.message_id, c.tenant_id, c.kek_id, c.direct_provider_id, c.length, c.created_at";

    private const string Columns = "space, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at";
    private const string Entries = "address, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at";
    private const string WithSpaces = "JOIN spaces ON number = space";
    private const string InOrder = "ORDER BY space, name, version";
    private const string Number = "(SELECT number FROM spaces WHERE address = $space)";
    private const string ThisObject = $"space = {Number} AND name = $key AND version = $version";

    // A transaction has to do with one space, nearly always.
    private (string? Address, long Number) _space;

    // To so many keys, a walk for each costs little.
    private const int FewKeys = 16;

    private const string OfReservation =
        $"reservation_id = $reservation_id AND space = {Number} AND name NOT IN (SELECT value FROM json_each($except_keys))";

    /// <summary>Removes what a reservation's pending entries take the place of. Told so, SQLite looks for each name; for the three columns as one value it would walk through the space.</summary>
    public const string RemoveReplaced =
        $"""
        DELETE FROM catalog WHERE space = {Number} AND name IN (SELECT name FROM catalog_pending WHERE {OfReservation})
        AND EXISTS (
            SELECT 1 FROM catalog_pending p
            WHERE p.reservation_id = $reservation_id AND p.space = catalog.space AND p.name = catalog.name AND p.version = catalog.version)
        """;

    /// <summary>The message ids at names: a look for each.</summary>
    public const string OfNames = $"SELECT name, message_id FROM json_each($keys) CROSS JOIN catalog ON space = {Number} AND name = value AND version = ''";

    /// <summary>The entries of message ids: a look for each.</summary>
    public const string OfMessages = $"SELECT {Entries} FROM json_each($ids) CROSS JOIN catalog ON message_id = value {WithSpaces}";

    /// <summary>The entries below a name: from one place of the primary key to another, as a comparison of two columns as one would have no end.</summary>
    public const string Below =
        $"""
        SELECT {Entries} FROM catalog {WithSpaces}
        WHERE space = {Number} AND name >= $after_key AND name < $end AND (name > $after_key OR version > $after_version)
        ORDER BY name, version LIMIT $limit
        """;

    /// <summary>Gives an entry another name, if it is where it was. Its parameters are numbered as they come.</summary>
    public const string Move =
        """
        UPDATE catalog SET space = $space, name = $key, version = '', spelling = $spelling
        WHERE message_id = $message_id AND space = (SELECT number FROM spaces WHERE address = $old_space) AND name = $old_key AND version = $old_version
        """;

    /// <inheritdoc/>
    public Task AddPendingAsync(string reservationId, IReadOnlyList<CatalogEntry> entries)
    {
        RowStatement insert = statements.ForRows(
            $"INSERT INTO catalog_pending ({Columns}, reservation_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        insert.Bind(11, reservationId);
        Insert(insert, entries);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> ConfirmAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null)
    {
        (string Name, object? Value)[] which = Which(reservationId, space, exceptKeys);

        statements.Execute(RemoveReplaced, which);
        int confirmed = statements.Execute($"INSERT INTO catalog ({Columns}) SELECT {Columns} FROM catalog_pending WHERE {OfReservation}", which);
        statements.Execute($"DELETE FROM catalog_pending WHERE {OfReservation}", which);
        return Task.FromResult(confirmed);
    }

    /// <inheritdoc/>
    public Task RemovePendingAsync(string reservationId, string space, IReadOnlyList<string>? exceptKeys = null)
    {
        (string Name, object? Value)[] which = Which(reservationId, space, exceptKeys);
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
    public Task AddAsync(IReadOnlyList<CatalogEntry> entries)
    {
        // Ids are random, and names of a batch beside each other: in this order each page of both is looked for once.
        CatalogEntry[] inOrder = [.. entries.OrderBy(entry => entry.MessageId, StringComparer.Ordinal)];
        Insert(statements.ForRows($"INSERT INTO catalog ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"), inOrder);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> MoveAsync(CatalogEntry entry, string space, string key, string name)
    {
        RowStatement move = statements.ForRows(Move);
        move.Bind(1, NumberOf(space));
        move.Bind(2, key);
        move.Bind(3, key == name ? null : name);
        move.Bind(4, entry.MessageId);
        move.Bind(5, entry.Space);
        move.Bind(6, entry.Key);
        move.Bind(7, entry.Version);
        return Task.FromResult(move.Run() == 1);
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
    public Task<long> CountAsync(string tenantId) => Task.FromResult(statements.Find(
        "SELECT (SELECT count(*) FROM catalog WHERE tenant_id = $tenant_id) + (SELECT count(*) FROM catalog_pending WHERE tenant_id = $tenant_id)",
        row => row.GetInt64(0),
        ("$tenant_id", tenantId)));

    /// <inheritdoc/>
    public Task RemoveOfTenantAsync(string tenantId)
    {
        // Those that are pending are counted by statements, the others by a trigger.
        foreach ((string? kekId, string? providerId, int removed) in statements.List(
            "SELECT kek_id, direct_provider_id, count(*) FROM catalog_pending WHERE tenant_id = $tenant_id GROUP BY kek_id, direct_provider_id",
            row => (row.OptionalText(0), row.OptionalText(1), row.GetInt32(2)),
            ("$tenant_id", tenantId)))
        {
            Count(kekId, providerId, -removed);
        }

        statements.Execute("DELETE FROM catalog_pending WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId));
        statements.Execute("DELETE FROM catalog WHERE tenant_id = $tenant_id", ("$tenant_id", tenantId));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<CatalogEntry?> FindAsync(string space, string key, string version = "") => Task.FromResult(
        statements.Find($"SELECT {Entries} FROM catalog {WithSpaces} WHERE {ThisObject}", Read, ("$space", space), ("$key", key), ("$version", version)));

    /// <inheritdoc/>
    public Task<string?> FindMessageIdAsync(string space, string key, string version = "") => Task.FromResult(
        statements.Find($"SELECT message_id FROM catalog WHERE {ThisObject}", row => row.GetString(0), ("$space", space), ("$key", key), ("$version", version)));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> FindMessageIdsAsync(string space, IReadOnlyList<string> keys)
    {
        var found = new Dictionary<string, string>(keys.Count, StringComparer.Ordinal);
        foreach ((string key, string messageId) in statements.List(
            OfNames, row => (row.GetString(0), row.GetString(1)), ("$space", space), ("$keys", StoredText.OfList(keys))))
        {
            found[key] = messageId;
        }

        return Task.FromResult<IReadOnlyDictionary<string, string>>(found);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> FindMessagesAsync(IReadOnlyList<string> messageIds) =>
        Task.FromResult(statements.List(OfMessages, Read, ("$ids", StoredText.OfList(messageIds))));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindPendingAsync(IReadOnlyList<string> messageIds) => Task.FromResult(statements.List(
        "SELECT message_id FROM catalog_pending WHERE message_id IN (SELECT value FROM json_each($ids))",
        row => row.GetString(0),
        ("$ids", StoredText.OfList(messageIds))));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindPendingKeysAsync(string space, IReadOnlyList<string> keys) => Task.FromResult(statements.List(
        $"SELECT DISTINCT name FROM catalog_pending WHERE space = {Number} AND name IN (SELECT value FROM json_each($keys))",
        row => row.GetString(0),
        ("$space", space),
        ("$keys", StoredText.OfList(keys))));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListBelowAsync(string space, string prefix, CatalogEntry? after, int limit) => Task.FromResult(statements.List(
        Below,
        Read,
        ("$space", space),
        ("$after_key", after?.Key ?? prefix),
        ("$after_version", after?.Version ?? ""),
        ("$end", prefix[..^1] + (char)(prefix[^1] + 1)),
        ("$limit", limit)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CatalogEntry>> ListAsync(string? tenantId, string? kekId, string? providerId, CatalogEntry? after, int limit)
    {
        if (providerId is not null && kekId is null && FindFewKeys(providerId) is { } keys)
        {
            return Task.FromResult(ListUnder(keys, tenantId, after, limit));
        }

        Conditions conditions = After(Of(tenantId, kekId, providerId), after).With("$limit", limit);
        return Task.FromResult(statements.List($"SELECT {Entries} FROM catalog {WithSpaces} {conditions} {InOrder} LIMIT $limit", Read, conditions.Values));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PendingEntry>> ListOrphanedAsync(string space) => Task.FromResult(
        statements.List(
            $"""
            SELECT {Entries}, reservation_id FROM catalog_pending {WithSpaces}
            WHERE address = $space AND NOT EXISTS (SELECT 1 FROM wrap_reservations r WHERE r.id = catalog_pending.reservation_id)
            ORDER BY reservation_id, name, version
            """,
            row => new PendingEntry(row.GetString(10), Read(row)),
            ("$space", space)));

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

    // The index of keys has their names in order: a walk for each, instead of all of the tenant's entries.
    private IReadOnlyList<CatalogEntry> ListUnder(IReadOnlyList<string> keys, string? tenantId, CatalogEntry? after, int limit)
    {
        if (keys.Count == 0)
        {
            return [];
        }

        Conditions conditions = After(new Conditions().And("+tenant_id = $tenant_id", "$tenant_id", tenantId), after);
        string common = conditions.ToString();
        conditions.With("$limit", limit);
        var walks = new List<string>();
        foreach (string key in keys)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$kek_id{walks.Count}");
            conditions.With(name, key);
            walks.Add($"SELECT * FROM (SELECT {Columns} FROM catalog {(common.Length == 0 ? "WHERE" : common + " AND")} kek_id = {name} {InOrder} LIMIT $limit)");
        }

        return statements.List($"SELECT {Entries} FROM ({string.Join(" UNION ALL ", walks)}) {WithSpaces} {InOrder} LIMIT $limit", Read, conditions.Values);
    }

    private static (string Name, object? Value)[] Which(string reservationId, string space, IReadOnlyList<string>? exceptKeys) =>
        [("$reservation_id", reservationId), ("$space", space), ("$except_keys", StoredText.OfList(exceptKeys ?? []))];

    private static Conditions After(Conditions conditions, CatalogEntry? after) => after is null ? conditions : conditions
        .And($"(space, name, version) > ({Number}, $after_key, $after_version)", "$space", after.Space)
        .With("$after_key", after.Key)
        .With("$after_version", after.Version);

    private void Insert(RowStatement insert, IReadOnlyList<CatalogEntry> entries)
    {
        (DateTimeOffset Time, string Text) created = default;
        foreach (CatalogEntry entry in entries)
        {
            // A batch's entries are of one time.
            if (created.Text is null || created.Time != entry.CreatedAt)
            {
                created = (entry.CreatedAt, StoredText.OfTime(entry.CreatedAt));
            }

            insert.Bind(1, NumberOf(entry.Space));
            insert.Bind(2, entry.Key);
            insert.Bind(3, entry.Version);
            insert.Bind(4, entry.Key == entry.Name ? null : entry.Name);
            insert.Bind(5, entry.MessageId);
            insert.Bind(6, entry.TenantId);
            insert.Bind(7, entry.KekId);
            insert.Bind(8, entry.DirectProviderId);
            insert.Bind(9, entry.Length);
            insert.Bind(10, created.Text);
            insert.Run();
        }

        foreach (IGrouping<(string? KekId, string? ProviderId), CatalogEntry> added in entries.GroupBy(entry => (entry.KekId, entry.DirectProviderId)))
        {
            Count(added.Key.KekId, added.Key.ProviderId, added.Count());
        }
    }

    private long NumberOf(string space)
    {
        if (_space.Address != space)
        {
            statements.Execute("INSERT INTO spaces (address) VALUES ($space) ON CONFLICT (address) DO NOTHING", ("$space", space));
            _space = (space, statements.Find($"SELECT {Number}", row => row.GetInt64(0), ("$space", space)));
        }

        return _space.Number;
    }

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

    /// <summary>Reads an entry: the address of its space, and <see cref="Named"/>.</summary>
    public static CatalogEntry Read(SqliteDataReader row) => new()
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
