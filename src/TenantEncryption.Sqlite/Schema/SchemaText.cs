using Microsoft.Data.Sqlite;

namespace TenantEncryption.Sqlite.Schema;

/// <summary>
/// What a database says of its own schema: every table, index, trigger and view with its statement. A store's is that of its scripts, to the letter: a
/// planted trigger, or one that was taken away, shows.
/// </summary>
internal static class SchemaText
{
    /// <summary>Reads it. Statistics, which ANALYZE makes, decide nothing.</summary>
    public const string Query = """
        SELECT group_concat(type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, ''), char(10) ORDER BY type, name)
        FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat[0-9]'
        """;

    private static readonly string[] Types = ["table ", "index ", "trigger ", "view "];

    private static readonly Lazy<string> OfScripts = new(Build);

    /// <summary>That of a store as this software makes it.</summary>
    public static string Expected => OfScripts.Value;

    /// <summary>The first object in which a schema differs from what it should be, in words; <see langword="null"/> when there is none.</summary>
    public static string? Difference(string actual)
    {
        if (string.Equals(actual, Expected, StringComparison.Ordinal))
        {
            return null;
        }

        string[] planted = [.. NamesBut(actual, Expected)];
        return planted.Length > 0
            ? $"its schema has what this software did not make: {string.Join(", ", planted)}"
            : $"its schema lacks: {string.Join(", ", NamesBut(Expected, actual))}";
    }

    private static IEnumerable<string> NamesBut(string those, string others)
    {
        var known = new HashSet<string>(Statements(others), StringComparer.Ordinal);
        return Statements(those).Where(statement => !known.Contains(statement)).Select(statement => statement.Split(": ", 2)[0]);
    }

    // A statement has line breaks of its own: each begins with its type.
    private static List<string> Statements(string text) =>
        text.Split('\n').Aggregate(new List<string>(), (statements, line) =>
        {
            if (statements.Count == 0 || IsBeginning(line))
            {
                statements.Add(line);
            }
            else
            {
                statements[^1] += "\n" + line;
            }

            return statements;
        });

    private static bool IsBeginning(string line) =>
        Types.Any(type => line.StartsWith(type, StringComparison.Ordinal)) && line.Contains(" on ", StringComparison.Ordinal);

    private static string Build()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The scripts are this assembly's.
        command.CommandText = StoreSchema.ScriptFrom(0);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        command.CommandText = Query;
        return (string)command.ExecuteScalar()!;
    }
}
