using System.Globalization;
using TenantEncryption.Events;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>
/// The statement that lists events. Every index of the table ends with the sequence number, so one equality and the order by number are one walk of an
/// index: a unary plus keeps the other terms from choosing one, and each type is a walk of its own.
/// </summary>
internal static class EventQuery
{
    /// <summary>The columns, as they are read.</summary>
    public const string Columns = "sequence, log_key_id, json, mac";

    /// <summary>The lowest number of an event after a time, and the highest of one before another.</summary>
    public const string Range = """
        SELECT
            (SELECT min(sequence) FROM events INDEXED BY events_time WHERE $after IS NOT NULL AND time > $after),
            (SELECT max(sequence) FROM events INDEXED BY events_time WHERE $before IS NOT NULL AND time < $before)
        """;

    /// <summary>Each type once, by one look at the index for each.</summary>
    public const string Types = """
        WITH RECURSIVE types (type) AS (
            SELECT min(type) FROM events
            UNION ALL
            SELECT (SELECT min(type) FROM events WHERE type > types.type) FROM types WHERE types.type IS NOT NULL)
        SELECT type FROM types WHERE type IS NOT NULL
        """;

    /// <summary>The statement of a filter, with its parameters.</summary>
    public static (string Text, (string Name, object? Value)[] Values) Of(EventFilter filter, int limit)
    {
        Conditions conditions = new Conditions()
            .And(filter.Types is null ? "tenant_id = $tenant_id" : "+tenant_id = $tenant_id", "$tenant_id", filter.TenantId)
            .And(filter.Types is null && filter.TenantId is null ? "provider_id = $provider_id" : "+provider_id = $provider_id", "$provider_id", filter.ProviderId)
            .And("+time > $after", "$after", StoredText.OfTime(filter.After))
            .And("+time < $before", "$before", StoredText.OfTime(filter.Before))
            .And("sequence > $after_sequence", "$after_sequence", filter.AfterSequence > 0 ? filter.AfterSequence : null)
            .And("sequence <= $to_sequence", "$to_sequence", filter.ToSequence);
        string order = filter.Newest is null ? "ORDER BY sequence LIMIT $limit" : "ORDER BY sequence DESC LIMIT $newest";
        string rows = filter.Types is null ? $"SELECT {Columns} FROM events {conditions} {order}" : OfTypes(filter.Types, conditions, order);
        conditions.With("$limit", limit);
        if (filter.Newest is int newest)
        {
            rows = $"SELECT {Columns} FROM ({rows}) ORDER BY sequence LIMIT $limit";
            conditions.With("$newest", newest);
        }

        return (rows, conditions.Values);
    }

    private static string OfTypes(IReadOnlyList<string> types, Conditions conditions, string order)
    {
        string common = conditions.ToString();
        var walks = new List<string>();
        foreach (string type in types)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"$type{walks.Count}");
            conditions.With(name, type);
            walks.Add($"SELECT * FROM (SELECT {Columns} FROM events {(common.Length == 0 ? "WHERE" : common + " AND")} type = {name} {order})");
        }

        return walks.Count == 0
            ? $"SELECT {Columns} FROM events WHERE false"
            : $"SELECT {Columns} FROM ({string.Join(" UNION ALL ", walks)}) {order}";
    }
}
