using System.Collections.Concurrent;
using TenantEncryption.Data;
using TenantEncryption.Sql.Statements;

namespace TenantEncryption.Sql.Tables;

/// <summary>What of the catalog a migration's ranges are about: walks of the index of keys, which has their names in order, or, of Direct messages, through a tenant's.</summary>
internal sealed class RangeQuery
{
    // An older version of an object is what it is, as long as it is kept.
    private const string IsLeft =
        """
        c.version = '' AND NOT EXISTS (
            SELECT 1 FROM migration_failures f
            WHERE f.migration_id = $migration_id AND f.space = c.space AND f.name = c.name AND f.version = c.version)
        """;

    private static readonly ConcurrentDictionary<SqlDialect, RangeQuery> OfDialects = [];

    private readonly string _ofKey;
    private readonly string _ofProvider;

    private RangeQuery(SqlDialect dialect)
    {
        _ofKey = $"c.kek_id = $item AND {dialect.Unindexed("c.tenant_id")} = $tenant_id";
        _ofProvider = $"c.tenant_id = $tenant_id AND {dialect.Unindexed("c.direct_provider_id")} = $item";
        EndOfKey = End(_ofKey);
        EndOfProvider = End(_ofProvider);
        MessagesOfKey = Messages(_ofKey);
        MessagesOfProvider = Messages(_ofProvider);
    }

    /// <summary>What ends a range of a key.</summary>
    public string EndOfKey { get; }

    /// <summary>What ends a range of Direct messages.</summary>
    public string EndOfProvider { get; }

    /// <summary>The messages of a range of a key.</summary>
    public string MessagesOfKey { get; }

    /// <summary>The messages of a range of Direct messages.</summary>
    public string MessagesOfProvider { get; }

    /// <summary>Those in a language.</summary>
    public static RangeQuery In(SqlDialect dialect) => OfDialects.GetOrAdd(dialect, one => new RangeQuery(one));

    /// <summary>The spaces where messages are that did not fail already.</summary>
    public string Spaces(MessageSource source) =>
        $"SELECT s.address FROM spaces s WHERE EXISTS (SELECT 1 FROM catalog c WHERE {Of(source)} AND c.space = s.number AND {IsLeft}) ORDER BY s.number";

    /// <summary>The bytes of plaintext of messages.</summary>
    public string Size(MessageSource source) => $"SELECT CAST(coalesce(sum(c.length), 0) AS bigint) FROM catalog c WHERE {Of(source)}";

    /// <summary>The number of messages that are older versions.</summary>
    public string Older(MessageSource source) => $"SELECT count(*) FROM catalog c WHERE {Of(source)} AND c.version <> ''";

    private string Of(MessageSource source) => source.IsKek ? _ofKey : _ofProvider;

    private static string End(string of) =>
        $"""
        SELECT name, version FROM (
            SELECT c.name, c.version FROM catalog c
            WHERE {of} AND c.space = {CatalogQuery.Number} AND (c.name, c.version) > ($after_name, $after_version) AND {IsLeft}
            ORDER BY c.name, c.version LIMIT $messages) AS range
        ORDER BY name DESC, version DESC LIMIT 1
        """;

    private static string Messages(string of) =>
        $"""
        SELECT s.address, {CatalogQuery.Named} FROM catalog c JOIN spaces s ON s.number = c.space
        WHERE {of} AND c.space = {CatalogQuery.Number} AND (c.name, c.version) > ($after_name, $after_version) AND (c.name, c.version) <= ($last_name, $last_version)
            AND {IsLeft}
        ORDER BY c.name, c.version
        """;
}
