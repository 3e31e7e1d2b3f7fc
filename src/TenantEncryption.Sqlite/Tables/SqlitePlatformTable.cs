using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>platforms</c>.</summary>
internal sealed class SqlitePlatformTable(StoreStatements statements) : IPlatformTable
{
    private const string Columns = "name, json, hash, added_at";

    /// <inheritdoc/>
    public Task AddAsync(StoredPlatform platform)
    {
        statements.Execute(
            $"INSERT INTO platforms ({Columns}) VALUES ($name, $json, $hash, $added_at)",
            ("$name", platform.Name),
            ("$json", platform.Json),
            ("$hash", platform.Hash),
            ("$added_at", StoredText.OfTime(platform.AddedAt)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<StoredPlatform?> FindAsync(string name) => Task.FromResult(
        statements.Find($"SELECT {Columns} FROM platforms WHERE name = $name", Read, ("$name", name)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPlatform>> ListAsync() => Task.FromResult(
        statements.List($"SELECT {Columns} FROM platforms ORDER BY name", Read));

    private static StoredPlatform Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.Time(3));
}
