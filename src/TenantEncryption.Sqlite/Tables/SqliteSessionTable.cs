using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>sessions</c>. A session takes its reservations with it; the wraps that they counted stay counted.</summary>
internal sealed class SqliteSessionTable(StoreStatements statements) : ISessionTable
{
    /// <inheritdoc/>
    public Task PutAsync(StoreSession session)
    {
        statements.Execute(
            """
            INSERT INTO sessions (id, machine, process_id, heartbeat_at) VALUES ($id, $machine, $process_id, $heartbeat_at)
            ON CONFLICT (id) DO UPDATE SET machine = excluded.machine, process_id = excluded.process_id, heartbeat_at = excluded.heartbeat_at
            """,
            ("$id", session.Id),
            ("$machine", session.Machine),
            ("$process_id", session.ProcessId),
            ("$heartbeat_at", StoredText.OfTime(session.HeartbeatAt)));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<StoreSession?> FindAsync(string sessionId) => Task.FromResult(
        statements.Find(
            "SELECT id, machine, process_id, heartbeat_at FROM sessions WHERE id = $id",
            row => new StoreSession(row.GetString(0), row.GetString(1), row.GetInt32(2), row.Time(3)),
            ("$id", sessionId)));

    /// <inheritdoc/>
    public Task RemoveAsync(string sessionId)
    {
        statements.Execute("DELETE FROM sessions WHERE id = $id", ("$id", sessionId));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> AnyAsync(DateTimeOffset before) => Task.FromResult(statements.Find(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE heartbeat_at < $before)", row => row.GetBoolean(0), ("$before", StoredText.OfTime(before))));

    /// <inheritdoc/>
    public Task<int> SweepAsync(DateTimeOffset before) => Task.FromResult(
        statements.Execute("DELETE FROM sessions WHERE heartbeat_at < $before", ("$before", StoredText.OfTime(before))));
}
