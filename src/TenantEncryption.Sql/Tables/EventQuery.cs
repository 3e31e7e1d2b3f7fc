using System.Globalization;
using TenantEncryption.Events;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;

namespace TenantEncryption.Sql.Tables;

/// <summary>
/// The statement that lists events. One chain goes by number, several by time, chain and number: each is one walk of an index, as the
/// other terms choose none. Among several chains each type is a walk of its own.
/// </summary>
internal static class EventQuery
{
    /// <summary>The columns, as they are read.</summary>
    public const string Columns = "chain, sequence, log_key_id, json, mac";

    /// <summary>Each type once, by one look at the index for each.</summary>
    public const string Types = """
        WITH RECURSIVE types (type) AS (
            SELECT min(type) FROM events
            UNION ALL
            SELECT (SELECT min(type) FROM events WHERE type > types.type) FROM types WHERE types.type IS NOT NULL)
        SELECT type FROM types WHERE type IS NOT NULL
        """;

    /// <summary>The chains that begin later than with number 1, and the number with which they do.</summary>
    public const string Begun = """
        WITH RECURSIVE chains (chain) AS (
            SELECT min(chain) FROM events
            UNION ALL
            SELECT (SELECT min(chain) FROM events WHERE chain > chains.chain) FROM chains WHERE chains.chain IS NOT NULL)
        SELECT chain, first FROM (SELECT chain, (SELECT min(sequence) FROM events WHERE chain = chains.chain) AS first FROM chains WHERE chain IS NOT NULL) AS begun
        WHERE first > 1
        """;

    /// <summary>The last record of each chain, by two looks at the index for each.</summary>
    /// <param name="afterChain">After this chain; <see langword="null"/> from the first.</param>
    /// <param name="limit">At most so many.</param>
    public static (string Text, (string Name, object? Value)[] Values) Last(string? afterChain, int limit)
    {
        Conditions conditions = new Conditions().And("chain > $after", "$after", afterChain).With("$limit", limit);
        string text = $"""
            WITH RECURSIVE chains (chain) AS (
                SELECT min(chain) FROM events {conditions}
                UNION ALL
                SELECT (SELECT min(chain) FROM events WHERE chain > chains.chain) FROM chains WHERE chains.chain IS NOT NULL)
            SELECT e.chain, e.sequence, e.log_key_id, e.json, e.mac
            FROM (SELECT chain FROM chains WHERE chain IS NOT NULL LIMIT $limit) AS page
                JOIN events e ON e.chain = page.chain AND e.sequence = (SELECT max(sequence) FROM events WHERE chain = page.chain)
            ORDER BY e.chain
            """;
        return (text, conditions.Values);
    }

    /// <summary>The statement of a filter, with its parameters.</summary>
    public static (string Text, (string Name, object? Value)[] Values) Of(SqlDialect dialect, EventFilter filter, EventPosition? position, int limit)
    {
        string? after = StoredText.OfTime(filter.After);
        string? before = StoredText.OfTime(filter.Before);
        string time = filter.TenantId is null && filter.ProviderId is null ? "time" : dialect.Unindexed("time");
        Conditions conditions = new Conditions()
            .And($"{time} > $after", "$after", after)
            .And($"{time} < $before", "$before", before);
        (string rows, string order) = filter.TenantId is null
            ? OfAll(dialect, conditions, filter, position)
            : OfChain(dialect, conditions, filter, position, after, before);
        string direction = filter.Newest is null ? "" : " DESC";
        string sorted = string.Join(", ", order.Split(", ").Select(column => column + direction));
        string text = rows.Replace("$order", $"ORDER BY {sorted} LIMIT $limit", StringComparison.Ordinal);
        conditions.With("$limit", filter.Newest is { } newest && newest < limit ? newest : limit);
        return (filter.Newest is null ? text : $"SELECT {Columns} FROM ({text}) AS newest ORDER BY {order}", conditions.Values);
    }

    private static (string Rows, string Order) OfChain(SqlDialect dialect, Conditions conditions, EventFilter filter, EventPosition? position, string? after, string? before)
    {
        conditions
            .And(filter.ProviderId is null ? "chain = $chain" : $"{dialect.Unindexed("chain")} = $chain", "$chain", filter.TenantId)
            .And("sequence > $position", "$position", position?.Sequence)
            .And("provider_id = $provider_id", "$provider_id", filter.ProviderId);

        // Clocks step, so a record in between may be of another time. Who pages on is past the first already.
        if (after is not null && position is null)
        {
            conditions.And("sequence >= (SELECT min(sequence) FROM events WHERE chain = $chain AND time > $after)");
        }

        if (before is not null)
        {
            conditions.And("sequence <= (SELECT max(sequence) FROM events WHERE chain = $chain AND time < $before)");
        }

        if (filter.Types is { } types)
        {
            conditions.And(types.Count == 0 ? "false" : $"{dialect.Unindexed("type")} IN ({string.Join(", ", Named(conditions, types))})");
        }

        return ($"SELECT {Columns}, time FROM events {conditions} $order", "sequence");
    }

    private static (string Rows, string Order) OfAll(SqlDialect dialect, Conditions conditions, EventFilter filter, EventPosition? position)
    {
        const string Order = "time, chain, sequence";
        conditions.And(filter.Types is null ? "provider_id = $provider_id" : $"{dialect.Unindexed("provider_id")} = $provider_id", "$provider_id", filter.ProviderId);
        if (position is not null)
        {
            conditions
                .And("(time, chain, sequence) > ($time, $chain, $position)", "$time", position.Time)
                .With("$chain", position.Chain)
                .With("$position", position.Sequence);
        }

        if (filter.Types is not { } types)
        {
            return ($"SELECT {Columns}, time FROM events {conditions} $order", Order);
        }

        string common = conditions.ToString();
        string[] walks = [.. Named(conditions, types).Select(name =>
            $"SELECT * FROM (SELECT {Columns}, time FROM events {(common.Length == 0 ? "WHERE" : common + " AND")} type = {name} $order) AS walk")];
        return (walks.Length == 0 ? $"SELECT {Columns}, time FROM events WHERE false $order" : $"SELECT {Columns}, time FROM ({string.Join(" UNION ALL ", walks)}) AS walks $order", Order);
    }

    private static List<string> Named(Conditions conditions, IReadOnlyList<string> types)
    {
        var names = new List<string>();
        foreach (string type in types)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$type{names.Count}");
            conditions.With(name, type);
            names.Add(name);
        }

        return names;
    }
}
