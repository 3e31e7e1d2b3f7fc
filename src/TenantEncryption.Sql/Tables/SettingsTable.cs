using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>settings</c>.</summary>
internal sealed class SettingsTable(SqlStatements statements) : ISettingsTable
{
    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(string name) => statements.FindAsync("SELECT value FROM settings WHERE name = $name", row => row.Bytes(0), ("$name", name));

    /// <inheritdoc/>
    public async Task SetAsync(string name, byte[] value)
    {
        await statements.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("$name", name),
            ("$value", value)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string name)
    {
        await statements.ExecuteAsync("DELETE FROM settings WHERE name = $name", ("$name", name)).ConfigureAwait(false);
    }
}
