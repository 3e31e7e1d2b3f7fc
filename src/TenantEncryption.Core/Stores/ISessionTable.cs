namespace TenantEncryption.Stores;

/// <summary>The rows of sessions: processes that hold reservations or run migrations.</summary>
internal interface ISessionTable
{
    /// <summary>Adds a session, or renews it: its beats become one more, and the store's clock is noted.</summary>
    /// <param name="session">The session.</param>
    /// <returns>When it is done.</returns>
    Task PutAsync(StoreSession session);

    /// <summary>What the store's clock shows now.</summary>
    /// <returns>The moment.</returns>
    Task<StoreMoment> NowAsync();

    /// <summary>How long ago a moment was, by the store's clock.</summary>
    /// <param name="moment">The moment.</param>
    /// <returns>The time, negative where the clock was set back; <see langword="null"/> where the clock can't tell.</returns>
    Task<TimeSpan?> SinceAsync(StoreMoment moment);

    /// <summary>The session of an id, or <see langword="null"/> when it ended or was swept.</summary>
    /// <param name="sessionId">The id.</param>
    /// <returns>The session.</returns>
    Task<StoreSession?> FindAsync(string sessionId);

    /// <summary>All sessions: one for each process at work, and for each that died at work.</summary>
    /// <returns>The sessions.</returns>
    Task<IReadOnlyList<StoreSession>> ListAsync();

    /// <summary>Removes a session with the reservations that it left open; their wraps stay counted.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="beats">Only if it was renewed so often and no more; <see langword="null"/> in any case.</param>
    /// <returns>Whether it was there.</returns>
    Task<bool> RemoveAsync(string sessionId, long? beats = null);
}
