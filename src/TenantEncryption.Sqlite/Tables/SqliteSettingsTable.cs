using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>settings</c>.</summary>
internal sealed class SqliteSettingsTable(StoreStatements statements) : ISettingsTable
{
    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string name) => Task.FromResult(
        statements.Find("SELECT value FROM settings WHERE name = $name", row => row.Bytes(0), ("$name", name)));

    /// <inheritdoc/>
    public Task SetAsync(string name, byte[] value)
    {
        statements.Execute(
            "INSERT INTO settings (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("$name", name),
            ("$value", value));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string name)
    {
        statements.Execute("DELETE FROM settings WHERE name = $name", ("$name", name));
        return Task.CompletedTask;
    }
}
