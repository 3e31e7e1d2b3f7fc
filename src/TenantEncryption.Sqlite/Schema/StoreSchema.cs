using System.Globalization;

namespace TenantEncryption.Sqlite.Schema;

/// <summary>The numbered migrations of the schema, embedded as <c>schema/0001.sql</c>, <c>schema/0002.sql</c>, …; a store's <c>user_version</c> is the number of the last one it has.</summary>
internal static class StoreSchema
{
    /// <summary>The application id in the file's header, "TENC" in ASCII: tells a store from another program's SQLite database.</summary>
    public const int ApplicationId = 0x54454E43;

    private const string Prefix = "schema/";

    private static readonly string[] Migrations = [.. typeof(StoreSchema).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    /// <summary>The version that this software writes.</summary>
    public static int LatestVersion => Migrations.Length;

    /// <summary>The statements that raise a store from a version to the latest, the version's number included.</summary>
    /// <param name="version">The version that the store has; 0 for an empty database.</param>
    /// <returns>The script, to be run in one transaction.</returns>
    public static string ScriptFrom(int version)
    {
        IEnumerable<string> statements = Migrations.Skip(version).Select(Read);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Concat(statements)}\nPRAGMA application_id = {ApplicationId};\nPRAGMA user_version = {LatestVersion};");
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(StoreSchema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
