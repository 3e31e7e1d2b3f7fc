using TenantEncryption.Keys;

namespace TenantEncryption.Stores;

/// <summary>
/// This process's session in the store: a heartbeat every two seconds while something needs it. A session silent for ten seconds counts
/// as dead: its reservations are given up and its migrations read as Suspended.
/// </summary>
internal sealed class SessionKeeper : IAsyncDisposable
{
    /// <summary>After what silence a session counts as dead.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);

    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _uses;
    private volatile bool _known;

    /// <summary>Makes the session; it is not in the store before it is needed.</summary>
    public SessionKeeper(IStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _timer = time.CreateTimer(_ => _ = BeatAsync(), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>The session's id.</summary>
    public string Id { get; } = Identifiers.New("ses-");

    /// <summary>Puts the session into the store, in the transaction of what needs it; <see cref="Hold"/> follows when that is committed.</summary>
    public Task PutAsync(IStoreTransaction transaction)
    {
        _known = true;
        return transaction.Sessions.PutAsync(Now());
    }

    /// <summary>Keeps the session alive until <see cref="Release"/>.</summary>
    public void Hold() => Interlocked.Increment(ref _uses);

    /// <summary>Says that one need of the session is over.</summary>
    public void Release() => Interlocked.Decrement(ref _uses);

    /// <summary>Whether a session is alive.</summary>
    public async Task<bool> IsAliveAsync(IStoreTransaction transaction, string? sessionId) =>
        sessionId is not null
        && await transaction.Sessions.FindAsync(sessionId).ConfigureAwait(false) is { } session
        && _time.GetUtcNow() - session.HeartbeatAt < StaleAfter;

    /// <summary>Whether there are sessions of dead processes.</summary>
    public Task<bool> HasDeadAsync(IStoreTransaction transaction) => transaction.Sessions.AnyAsync(_time.GetUtcNow() - StaleAfter);

    /// <summary>Removes the sessions of dead processes, with their reservations.</summary>
    public Task<int> SweepAsync(IStoreTransaction transaction) => transaction.Sessions.SweepAsync(_time.GetUtcNow() - StaleAfter);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (_known)
        {
            await WriteAsync(transaction => transaction.Sessions.RemoveAsync(Id)).ConfigureAwait(false);
        }
    }

    private StoreSession Now() => new(Id, Environment.MachineName, Environment.ProcessId, _time.GetUtcNow());

    private Task BeatAsync() =>
        Volatile.Read(ref _uses) > 0 ? WriteAsync(transaction => transaction.Sessions.PutAsync(Now())) : Task.CompletedTask;

    private async Task WriteAsync(Func<IStoreTransaction, Task> write)
    {
        try
        {
            IStoreTransaction transaction = await _store.BeginAsync(StoreAccess.Write).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await write(transaction).ConfigureAwait(false);
            await transaction.CommitAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TenantEncryptionException or ObjectDisposedException)
        {
            // A heartbeat that can't be written is a heartbeat missed: the session may count as dead, which loses nothing.
        }
    }
}
