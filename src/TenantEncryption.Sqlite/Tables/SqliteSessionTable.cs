using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>
/// The table <c>sessions</c>. A session takes its reservations with it; the wraps that they counted stay counted. The store's clock is that of the machine
/// since its start: all processes share it and nobody sets it, whatever the time of day is said to be.
/// </summary>
internal sealed class SqliteSessionTable(StoreStatements statements, TimeProvider time) : ISessionTable
{
    private const string Columns = "id, machine, boot, process_id, process_started, beats, beat_at";

    /// <inheritdoc/>
    public Task PutAsync(StoreSession session)
    {
        statements.Execute(
            $"""
            INSERT INTO sessions ({Columns}) VALUES ($id, $machine, $boot, $process_id, $process_started, 1, $beat_at)
            ON CONFLICT (id) DO UPDATE SET beats = beats + 1, beat_at = excluded.beat_at
            """,
            ("$id", session.Id),
            ("$machine", session.Process.Machine),
            ("$boot", session.Process.Boot),
            ("$process_id", session.Process.Id),
            ("$process_started", session.Process.Started),
            ("$beat_at", Now));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<StoreSession?> FindAsync(string sessionId) => Task.FromResult(
        statements.Find($"SELECT {Columns} FROM sessions WHERE id = $id", Read, ("$id", sessionId)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoreSession>> ListAsync() => Task.FromResult(statements.List($"SELECT {Columns} FROM sessions ORDER BY id", Read));

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(string sessionId, long? beats = null) => Task.FromResult(
        statements.Execute("DELETE FROM sessions WHERE id = $id AND beats = coalesce($beats, beats)", ("$id", sessionId), ("$beats", beats)) == 1);

    private long Now => (long)time.GetElapsedTime(0).TotalMilliseconds;

    private StoreSession Read(SqliteDataReader row) => new(
        row.GetString(0), new RunningProcess(row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt64(4)))
    {
        Beats = row.GetInt64(5),
        Silence = row.GetString(2) == RunningProcess.Current.Boot ? TimeSpan.FromMilliseconds(Now - row.GetInt64(6)) : TimeSpan.MaxValue,
    };
}
