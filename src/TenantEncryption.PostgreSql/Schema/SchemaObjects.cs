using Npgsql;

namespace TenantEncryption.PostgreSql.Schema;

/// <summary>
/// What a database says of the store's schema: each table with its columns, each index, constraint, trigger, rule, policy, view and function, by name and what
/// decides what it does. A planted trigger, or one that was taken away or switched off, shows.
/// </summary>
internal static class SchemaObjects
{
    private const string Query = """
        SELECT line FROM (
            SELECT 'relation ' || c.relname || ': ' || c.relkind::text || CASE WHEN c.relrowsecurity THEN ' row security' ELSE '' END AS line
                FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind NOT IN ('S', 'i', 't')
            UNION ALL
            SELECT 'column ' || c.relname || '.' || a.attname || ': ' || a.atttypid::regtype::text || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                    || CASE a.attgenerated WHEN 's' THEN ' generated' ELSE '' END || CASE a.attidentity WHEN 'a' THEN ' identity' ELSE '' END
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            UNION ALL
            SELECT 'index ' || c.relname || ' on ' || t.relname || ': ' || CASE WHEN i.indisunique THEN 'unique ' ELSE '' END || i.indnatts
                    || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = $1::regnamespace AND t.relkind = 'r'
            UNION ALL
            SELECT 'constraint ' || k.conname || ' on ' || c.relname || ': ' || k.contype::text || CASE WHEN k.convalidated THEN '' ELSE ' not valid' END
                FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = $1::regnamespace AND k.contype IN ('c', 'f', 'p', 'u')
            UNION ALL
            SELECT 'trigger ' || t.tgname || ' on ' || c.relname || ': ' || p.proname || ' ' || t.tgtype || ' ' || t.tgenabled::text
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE c.relnamespace = $1::regnamespace AND NOT t.tgisinternal
            UNION ALL
            SELECT 'trigger of a foreign key on ' || c.relname || ': switched off'
                FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = $1::regnamespace AND t.tgisinternal AND t.tgenabled <> 'O'
            UNION ALL
            SELECT 'rule ' || r.rulename || ' on ' || c.relname
                FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
            UNION ALL
            SELECT 'policy ' || p.polname || ' on ' || c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = $1::regnamespace
            UNION ALL
            SELECT 'function ' || p.proname || ': ' || p.prosecdef || ' ' || md5(p.prosrc) FROM pg_proc p WHERE p.pronamespace = $1::regnamespace
        ) AS objects ORDER BY line COLLATE "C"
        """;

    /// <summary>Lists them, a line each.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Query, connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter { Value = StoreSchema.Quoted(schema) });
        var lines = new List<string>();
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    /// <summary>In what a schema differs from what it should be, in words; <see langword="null"/> when in nothing.</summary>
    public static string? Difference(IReadOnlyList<string> actual)
    {
        string[] expected = StoreSchema.Objects().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] planted = [.. actual.Except(expected, StringComparer.Ordinal)];
        string[] missing = [.. expected.Except(actual, StringComparer.Ordinal)];
        return (planted, missing) switch
        {
            ([], []) => null,
            ([], _) => $"its schema lacks: {string.Join(", ", missing)}",
            _ => $"its schema has what this software did not make: {string.Join(", ", planted)}",
        };
    }
}
