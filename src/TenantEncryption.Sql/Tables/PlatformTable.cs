using System.Data.Common;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>platforms</c>.</summary>
internal sealed class PlatformTable(SqlStatements statements) : IPlatformTable
{
    private const string Columns = "name, json, hash, added_at";

    /// <inheritdoc/>
    public async Task AddAsync(StoredPlatform platform)
    {
        await statements.ExecuteAsync(
            $"INSERT INTO platforms ({Columns}) VALUES ($name, $json, $hash, $added_at)",
            ("$name", platform.Name),
            ("$json", platform.Json),
            ("$hash", platform.Hash),
            ("$added_at", StoredText.OfTime(platform.AddedAt))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<StoredPlatform?> FindAsync(string name) => statements.FindAsync($"SELECT {Columns} FROM platforms WHERE name = $name", Read, ("$name", name));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPlatform>> ListAsync() => statements.ListAsync($"SELECT {Columns} FROM platforms ORDER BY name", Read);

    private static StoredPlatform Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.Time(3));
}
