using System.Collections.Concurrent;
using System.Globalization;
using TenantEncryption.Data;
using TenantEncryption.Sql.Statements;

namespace TenantEncryption.Sql.Tables;

/// <summary>The statements on the catalog whose plans matter: each is a look for each object, or one walk of an index.</summary>
internal sealed class CatalogQuery
{
    /// <summary>The columns of an entry, after the address of its space.</summary>
    public const string Named = "c.name, c.version, c.spelling, c.message_id, c.tenant_id, c.kek_id, c.direct_provider_id, c.length, c.created_at";

    /// <summary>The columns, as they are written.</summary>
    public const string Columns = "space, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at";

    /// <summary>The columns, as they are read with <see cref="WithSpaces"/>.</summary>
    public const string Entries = "address, name, version, spelling, message_id, tenant_id, kek_id, direct_provider_id, length, created_at";

    /// <summary>Joins the addresses of the spaces.</summary>
    public const string WithSpaces = "JOIN spaces ON number = space";

    /// <summary>The number of the space whose address is <c>$space</c>.</summary>
    public const string Number = $"({FindNumber})";

    /// <summary>Finds that number.</summary>
    public const string FindNumber = "SELECT number FROM spaces WHERE address = $space";

    /// <summary>The entries below a name: from one place of the primary key to another, as a comparison of two columns as one would have no end.</summary>
    public const string Below =
        $"""
        SELECT {Entries} FROM catalog {WithSpaces}
        WHERE space = {Number} AND name >= $after_key AND name < $end AND (name > $after_key OR version > $after_version)
        ORDER BY name, version LIMIT $limit
        """;

    /// <summary>Gives an entry another name, if it is where it was.</summary>
    public const string Move =
        $"""
        UPDATE catalog SET space = {Number}, name = $key, version = '', spelling = $spelling
        WHERE message_id = $message_id AND space = (SELECT number FROM spaces WHERE address = $old_space) AND name = $old_key AND version = $old_version
        """;

    private const string InOrder = "ORDER BY space, name, version";

    private static readonly ConcurrentDictionary<SqlDialect, CatalogQuery> OfDialects = [];

    private readonly SqlDialect _dialect;
    private readonly string _replaced;
    private readonly string _messages;

    private CatalogQuery(SqlDialect dialect)
    {
        _dialect = dialect;
        OfReservation = $"reservation_id = $reservation_id AND space = {Number} AND name NOT IN (SELECT value FROM {dialect.Each("$except_keys")})";
        _replaced =
            $"""
            FROM catalog WHERE space = {Number} AND name IN (SELECT name FROM catalog_pending WHERE {OfReservation})
            AND EXISTS (
                SELECT 1 FROM catalog_pending p
                WHERE p.reservation_id = $reservation_id AND p.space = catalog.space AND p.name = catalog.name AND p.version = catalog.version)
            """;
        Replaced =
            $"""
            SELECT c.name, c.message_id FROM catalog_pending p {dialect.JoinInOrder} catalog c ON c.space = p.space AND c.name = p.name AND c.version = p.version
            WHERE p.reservation_id = $reservation_id AND p.space = {Number}
            """;
        OfNames = $"SELECT name, message_id FROM {dialect.Each("$keys")} {dialect.JoinInOrder} catalog ON space = {Number} AND name = value AND version = ''";
        OfMessages = $"SELECT {Entries} FROM {dialect.Each("$ids")} {dialect.JoinInOrder} catalog ON message_id = value {WithSpaces}";
        _messages = $"FROM catalog WHERE message_id IN (SELECT value FROM {dialect.Each("$ids")})";
    }

    /// <summary>The messages whose names the pending entries of a reservation are to take.</summary>
    public string Replaced { get; }

    /// <summary>Which pending entries: those of a reservation in a space, but for some names.</summary>
    public string OfReservation { get; }

    /// <summary>
    /// Removes what a reservation's pending entries take the place of. Told so, a database looks for each name; for the three columns as one value it would walk
    /// through the space.
    /// </summary>
    public string RemoveReplaced => "DELETE " + _replaced;

    /// <summary>Counts by key what <see cref="RemoveReplaced"/> removes.</summary>
    public string CountReplaced => Counted(_replaced);

    /// <summary>The message ids at names: a look for each.</summary>
    public string OfNames { get; }

    /// <summary>The entries of message ids: a look for each.</summary>
    public string OfMessages { get; }

    /// <summary>Removes the entries of message ids: a look for each.</summary>
    public string RemoveMessages => "DELETE " + _messages;

    /// <summary>Counts by key what <see cref="RemoveMessages"/> removes.</summary>
    public string CountMessages => Counted(_messages);

    /// <summary>Those in a language.</summary>
    public static CatalogQuery In(SqlDialect dialect) => OfDialects.GetOrAdd(dialect, one => new CatalogQuery(one));

    /// <summary>Counts entries by key.</summary>
    /// <param name="from">Which ones, from FROM on.</param>
    public static string Counted(string from) => $"SELECT kek_id, direct_provider_id, count(*) {from} GROUP BY kek_id, direct_provider_id";

    /// <summary>Entries space by space, in the order of their names.</summary>
    public (string Text, (string Name, object? Value)[] Values) List(string? tenantId, string? kekId, string? providerId, CatalogEntry? after, int limit)
    {
        // The narrowest index is that of the key, then that of the tenant.
        Conditions conditions = new Conditions()
            .And("kek_id = $kek_id", "$kek_id", kekId)
            .And(kekId is null ? "tenant_id = $tenant_id" : $"{_dialect.Unindexed("tenant_id")} = $tenant_id", "$tenant_id", tenantId)
            .And(
                $"""
                {(kekId is null && tenantId is null ? "tenant_id" : _dialect.Unindexed("tenant_id"))} = (SELECT tenant_id FROM key_providers WHERE id = $provider_id)
                AND ({_dialect.Unindexed("direct_provider_id")} = $provider_id
                    OR {_dialect.Unindexed("kek_id")} IN (SELECT kek_id FROM key_encryption_keys WHERE provider_id = $provider_id))
                """,
                "$provider_id",
                providerId);
        After(conditions, after).With("$limit", limit);
        return ($"SELECT {Entries} FROM catalog {WithSpaces} {conditions} {InOrder} LIMIT $limit", conditions.Values);
    }

    /// <summary>The same of a few keys: the index of keys has their names in order, so it is a walk for each, instead of all of the tenant's entries.</summary>
    public (string Text, (string Name, object? Value)[] Values) ListUnder(IReadOnlyList<string> keys, string? tenantId, CatalogEntry? after, int limit)
    {
        Conditions conditions = After(new Conditions().And($"{_dialect.Unindexed("tenant_id")} = $tenant_id", "$tenant_id", tenantId), after);
        string common = conditions.ToString();
        conditions.With("$limit", limit);
        var walks = new List<string>();
        foreach (string key in keys)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$kek_id{walks.Count}");
            conditions.With(name, key);
            walks.Add($"SELECT * FROM (SELECT {Columns} FROM catalog {(common.Length == 0 ? "WHERE" : common + " AND")} kek_id = {name} {InOrder} LIMIT $limit) AS walk");
        }

        return ($"SELECT {Entries} FROM ({string.Join(" UNION ALL ", walks)}) AS walks {WithSpaces} {InOrder} LIMIT $limit", conditions.Values);
    }

    private static Conditions After(Conditions conditions, CatalogEntry? after) => after is null ? conditions : conditions
        .And($"(space, name, version) > ({Number}, $after_key, $after_version)", "$space", after.Space)
        .With("$after_key", after.Key)
        .With("$after_version", after.Version);
}
