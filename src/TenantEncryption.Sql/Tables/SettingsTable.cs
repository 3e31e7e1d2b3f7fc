using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>settings</c>.</summary>
internal sealed class SettingsTable(SqlStatements statements) : ISettingsTable
{
    // Settings are changed by who excludes all writers: within a transaction they stay as they were read.
    private readonly Dictionary<string, byte[]?> _known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string name)
    {
        if (!_known.TryGetValue(name, out byte[]? value))
        {
            _known[name] = value = await statements.FindAsync("SELECT value FROM settings WHERE name = $name", row => row.Bytes(0), ("$name", name)).ConfigureAwait(false);
        }

        return value;
    }

    /// <inheritdoc/>
    public async Task SetAsync(string name, byte[] value)
    {
        _known.Remove(name);
        await statements.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            ("$name", name),
            ("$value", value)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string name)
    {
        _known.Remove(name);
        await statements.ExecuteAsync("DELETE FROM settings WHERE name = $name", ("$name", name)).ConfigureAwait(false);
    }
}
