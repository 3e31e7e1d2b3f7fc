using System.Collections.Concurrent;
using TenantEncryption.Changes;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Stores;

namespace TenantEncryption.Drills;

/// <summary>
/// Tells the statements that crashed drills left behind from those of drills under way. A drill of this store names its process in the event log before
/// it puts anything; one of another store is under way until its statement lapsed.
/// </summary>
internal sealed class LeftOvers(UnitOfWork work, EventLog events, SessionKeeper session, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, bool> _running = new();

    /// <summary>Says that a drill of this process begins or ended.</summary>
    public void Note(Guid drillId, bool isRunning)
    {
        if (isRunning)
        {
            _running[drillId] = true;
        }
        else
        {
            _running.TryRemove(drillId, out _);
        }
    }

    /// <summary>Refuses to go on while the drill of a statement is under way.</summary>
    /// <exception cref="TenantEncryptionException"><c>DRILL_RUNNING</c>.</exception>
    public async Task RequireDeadAsync(DrillStatement statement, string keyArn, CancellationToken cancellationToken)
    {
        if (statement.LapsesAt <= time.GetUtcNow())
        {
            return;
        }

        string? runner = await FindRunnerAsync(statement, cancellationToken).ConfigureAwait(false);
        bool isAlive = runner is null || (runner == session.Id
            ? _running.ContainsKey(statement.DrillId)
            : await IsAliveAsync(runner, cancellationToken).ConfigureAwait(false));
        if (isAlive)
        {
            throw new TenantEncryptionException(
                ErrorCodes.DrillRunning,
                $"The key policy of {keyArn} has the statement {statement.Sid} of {(runner is null ? "a drill that this store does not know" : "a drill under way")}; it lapses at {statement.LapsesAt:u}.")
            { KeyArn = keyArn };
        }
    }

    private async Task<string?> FindRunnerAsync(DrillStatement statement, CancellationToken cancellationToken)
    {
        // The statement was put fifteen minutes before it lapses, and the event was written before that.
        var filter = new EventFilter { After = statement.LapsesAt - DrillStatement.Life - TimeSpan.FromMinutes(5) };
        await foreach (EncryptionEvent one in events.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (one.Type.EndsWith(EventTypes.DrillStarted, StringComparison.Ordinal) && one.Data.GetValueOrDefault("drillId") as string == statement.DrillId.ToString())
            {
                return one.Data.GetValueOrDefault("sessionId") as string;
            }
        }

        return null;
    }

    private async Task<bool> IsAliveAsync(string sessionId, CancellationToken cancellationToken)
    {
        await session.WatchAsync([sessionId], cancellationToken).ConfigureAwait(false);
        return await work.ReadAsync(transaction => session.IsAliveAsync(transaction, sessionId), cancellationToken).ConfigureAwait(false);
    }
}
