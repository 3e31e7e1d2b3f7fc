using System.Data.Common;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>sessions</c>. A session takes its reservations with it; the wraps that they counted stay counted.</summary>
internal sealed class SessionTable(SqlStatements statements, SessionClock clock) : ISessionTable
{
    private const string Columns = "id, machine, boot, process_id, process_started, beats, beat_at";

    private string Select => $"SELECT {Columns}, {clock.Now} FROM sessions";

    /// <inheritdoc/>
    public Task PutAsync(StoreSession session) => statements.ExecuteAsync(
        $"""
        INSERT INTO sessions ({Columns}) VALUES ($id, $machine, $boot, $process_id, $process_started, 1, {clock.Now})
        ON CONFLICT (id) DO UPDATE SET beats = sessions.beats + 1, beat_at = excluded.beat_at
        """,
        [
            ("$id", session.Id),
            ("$machine", session.Process.Machine),
            ("$boot", session.Process.Boot),
            ("$process_id", session.Process.Id),
            ("$process_started", session.Process.Started),
            .. clock.Parameters,
        ]);

    /// <inheritdoc/>
    public async Task<StoreMoment> NowAsync() => new(await ReadClockAsync().ConfigureAwait(false), RunningProcess.Current.Boot);

    /// <inheritdoc/>
    public async Task<TimeSpan?> SinceAsync(StoreMoment moment) =>
        clock.IsSharedWith(moment.Boot) ? TimeSpan.FromMilliseconds(await ReadClockAsync().ConfigureAwait(false) - moment.Milliseconds) : null;

    /// <inheritdoc/>
    public Task<StoreSession?> FindAsync(string sessionId) => statements.FindAsync($"{Select} WHERE id = $id", Read, [("$id", sessionId), .. clock.Parameters]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoreSession>> ListAsync() => statements.ListAsync($"{Select} ORDER BY id", Read, clock.Parameters);

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(string sessionId, long? beats = null) => 1 == await (beats is null
        ? statements.ExecuteAsync("DELETE FROM sessions WHERE id = $id", ("$id", sessionId))
        : statements.ExecuteAsync("DELETE FROM sessions WHERE id = $id AND beats = $beats", ("$id", sessionId), ("$beats", beats))).ConfigureAwait(false);

    private Task<long> ReadClockAsync() => statements.FindAsync($"SELECT {clock.Now}", row => row.GetInt64(0), clock.Parameters);

    private StoreSession Read(DbDataReader row) => new(
        row.GetString(0), new RunningProcess(row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt64(4)))
    {
        Beats = row.GetInt64(5),
        Silence = clock.IsSharedWith(row.GetString(2)) ? TimeSpan.FromMilliseconds(row.GetInt64(7) - row.GetInt64(6)) : TimeSpan.MaxValue,
    };
}
