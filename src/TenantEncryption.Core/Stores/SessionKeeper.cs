using System.Collections.Concurrent;
using TenantEncryption.Errors;
using TenantEncryption.Keys;

namespace TenantEncryption.Stores;

/// <summary>
/// This process's session in the store, and whether the others are alive. A session whose process is gone is dead, and so is one that was not renewed for a
/// while: by the store's clock, or as seen from here by a clock that nobody sets. No clock of another process, ahead or behind, makes it live or die.
/// </summary>
internal sealed class SessionKeeper : IAsyncDisposable
{
    /// <summary>How long a live session may be silent.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    private readonly IStore _store;
    private readonly RunningProcess _process;
    private readonly TimeProvider _time;
    private readonly Action<string>? _onWarning;
    private readonly ITimer _timer;
    private readonly ConcurrentDictionary<string, Sighting> _seen = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Func<Task>> _owed = new();

    // One writes at a time: what is owed is written once, and nothing after the session ended.
    private readonly SemaphoreSlim _writing = new(1);
    private int _uses;
    private int _ended;
    private volatile bool _known;

    public SessionKeeper(IStore store, TimeProvider time, Action<string>? onWarning = null, RunningProcess? process = null)
    {
        (_store, _time, _onWarning, _process) = (store, time, onWarning, process ?? RunningProcess.Current);
        _timer = time.CreateTimer(_ => _ = BeatAsync(), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>This process's id in the store.</summary>
    public string Id { get; } = Identifiers.New("ses-");

    /// <summary>Puts or renews the session, within the transaction that needs it.</summary>
    public Task PutAsync(IStoreTransaction transaction)
    {
        _known = true;
        return transaction.Sessions.PutAsync(Own);
    }

    /// <summary>Renews the session regularly from now on, until <see cref="Release"/>.</summary>
    public void Hold() => Interlocked.Increment(ref _uses);

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release() => Interlocked.Decrement(ref _uses);

    /// <summary>Does what could not be written now again later, and a last time when the session ends; until then it is held.</summary>
    /// <param name="write">What is owed. It is done once; a failure that <see cref="IsOfStore"/> leaves it owed.</param>
    public void Owe(Func<Task> write)
    {
        Hold();
        _owed.Enqueue(write);
    }

    /// <summary>Whether a failure is one of the store, which may pass: it is full, locked or out of reach.</summary>
    public static bool IsOfStore(TenantEncryptionException failure) => failure.Code is
        ErrorCodes.StoreLocked or ErrorCodes.StoreUnreachable or ErrorCodes.StorageFailed or ErrorCodes.StoreUnusable;

    /// <summary>Whether a session is at work, as far as a look can tell.</summary>
    public async Task<bool> IsAliveAsync(IStoreTransaction transaction, string? sessionId) =>
        sessionId is not null && await transaction.Sessions.FindAsync(sessionId).ConfigureAwait(false) is { } session && !IsDead(session);

    /// <summary>Whether there is a session of a process that died.</summary>
    public async Task<bool> HasDeadAsync(IStoreTransaction transaction) => (await transaction.Sessions.ListAsync().ConfigureAwait(false)).Any(IsDead);

    /// <summary>Removes the sessions of processes that died, with the reservations that they left open.</summary>
    /// <returns>How many.</returns>
    public async Task<int> SweepAsync(IStoreTransaction transaction)
    {
        int swept = 0;
        foreach (StoreSession dead in (await transaction.Sessions.ListAsync().ConfigureAwait(false)).Where(IsDead))
        {
            swept += await transaction.Sessions.RemoveAsync(dead.Id, dead.Beats).ConfigureAwait(false) ? 1 : 0;
        }

        return swept;
    }

    /// <summary>
    /// Watches sessions of which a look can't tell whether they died, until each was renewed, or was silent for <see cref="StaleAfter"/> under this process's
    /// eyes. What depends on a session's death waits for this first; mostly there is nothing to wait for.
    /// </summary>
    public async Task WatchAsync(IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken)
    {
        var first = new Dictionary<string, long>(StringComparer.Ordinal);
        while (true)
        {
            bool isOpen = false;
            foreach (string id in sessionIds)
            {
                StoreSession? session = await _store.ReadAsync(transaction => transaction.Sessions.FindAsync(id), cancellationToken).ConfigureAwait(false);
                if (session is not null && IsSilent(session) && !IsDead(session))
                {
                    first.TryAdd(id, session.Beats);
                    isOpen |= first[id] == session.Beats;
                }
            }

            if (!isOpen)
            {
                return;
            }

            await Task.Delay(LookInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 1)
        {
            return;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        await _writing.WaitAsync().ConfigureAwait(false);
        await PayAsync().ConfigureAwait(false);
        if (!_owed.IsEmpty)
        {
            _onWarning?.Invoke($"{Counted.Of(_owed.Count, "record")} of what was done could not be written: the store is full, locked or out of reach.");
        }

        if (_known)
        {
            await TryAsync(() => WriteAsync(transaction => transaction.Sessions.RemoveAsync(Id))).ConfigureAwait(false);
        }
    }

    private StoreSession Own => new(Id, _process);

    // Of a process that can be looked for, its being there says nothing yet: it may be stopped, or another machine's clock be taken for the store's.
    private bool IsDead(StoreSession session) => session.Id != Id
        && (session.Process.IsGone || (!session.Process.IsBeside(_process) && session.Silence >= StaleAfter) || WasSilentHere(session));

    private bool IsSilent(StoreSession session) => session.Id != Id && (session.Silence is not { } silence || silence < TimeSpan.Zero || silence >= StaleAfter);

    private bool WasSilentHere(StoreSession session)
    {
        long now = _time.GetTimestamp();
        Sighting seen = _seen.AddOrUpdate(
            session.Id,
            _ => new Sighting(session.Beats, now),
            (_, before) => before.Beats == session.Beats ? before : new Sighting(session.Beats, now));
        return IsSilent(session) && _time.GetElapsedTime(seen.Since, now) >= StaleAfter;
    }

    private async Task BeatAsync()
    {
        if (Volatile.Read(ref _uses) == 0 || !await _writing.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            // A heartbeat that can't be written is a heartbeat missed: the session may count as dead, which loses nothing.
            await TryAsync(() => WriteAsync(PutAsync)).ConfigureAwait(false);
            await PayAsync().ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task PayAsync()
    {
        while (_owed.TryPeek(out Func<Task>? write) && await TryAsync(write).ConfigureAwait(false))
        {
            _owed.TryDequeue(out _);
            Release();
        }
    }

    private static async Task<bool> TryAsync(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return true;
        }
        catch (TenantEncryptionException exception)
        {
            return !IsOfStore(exception);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private Task WriteAsync(Func<IStoreTransaction, Task> write) => _store.WriteAsync(StoreScope.None, write, CancellationToken.None);

    private sealed record Sighting(long Beats, long Since);
}
