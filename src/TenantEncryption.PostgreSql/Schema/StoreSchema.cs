using System.Globalization;
using Npgsql;

namespace TenantEncryption.PostgreSql.Schema;

/// <summary>
/// The numbered migrations of the schema, embedded as <c>schema/0001.sql</c>, <c>schema/0002.sql</c>, …; the table <c>schema_version</c> says which was the
/// last one.
/// </summary>
internal static class StoreSchema
{
    private static readonly string[] Migrations = [.. typeof(StoreSchema).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("schema/0", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    /// <summary>The version that this software writes.</summary>
    public static int LatestVersion => Migrations.Length;

    /// <summary>The statements that raise a store from a version to the latest, the version's number included.</summary>
    /// <param name="schema">The schema's name.</param>
    /// <param name="version">The version that the store has; 0 for none.</param>
    /// <returns>The script, to be run in one transaction.</returns>
    public static string ScriptFrom(string schema, int version)
    {
        string begin = version > 0
            ? string.Create(CultureInfo.InvariantCulture, $"UPDATE schema_version SET version = {LatestVersion} WHERE version = {version};")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"""
                CREATE SCHEMA IF NOT EXISTS {Quoted(schema)};
                CREATE TABLE schema_version (version integer NOT NULL);
                INSERT INTO schema_version VALUES ({LatestVersion});
                """);
        return begin + "\n" + string.Concat(Migrations.Skip(version).Select(name => Read(name).Replace("{schema}", Quoted(schema), StringComparison.Ordinal)));
    }

    /// <summary>The statements that give a role the rights with which it works on the store.</summary>
    public static string GrantsTo(string schema, string role) => Read("schema/grants.sql")
        .Replace("{schema}", Quoted(schema), StringComparison.Ordinal)
        .Replace("{role}", Quoted(role), StringComparison.Ordinal);

    /// <summary>What a store's schema is made of, as <see cref="SchemaObjects"/> lists it.</summary>
    public static string Objects() => Read("schema/objects.txt");

    /// <summary>A name as the language has it, whatever is in it.</summary>
    public static string Quoted(string name) => new NpgsqlCommandBuilder().QuoteIdentifier(name);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(StoreSchema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
