namespace TenantEncryption.Stores;

/// <summary>The rows of sessions: processes that hold reservations or run migrations.</summary>
internal interface ISessionTable
{
    /// <summary>Adds a session or renews its heartbeat.</summary>
    /// <param name="session">The session.</param>
    /// <returns>When it is done.</returns>
    Task PutAsync(StoreSession session);

    /// <summary>The session of an id, or <see langword="null"/> when it ended or was swept.</summary>
    /// <param name="sessionId">The id.</param>
    /// <returns>The session.</returns>
    Task<StoreSession?> FindAsync(string sessionId);

    /// <summary>Removes a session with the reservations that it left open; their wraps stay counted.</summary>
    /// <param name="sessionId">The session.</param>
    /// <returns>When it is done.</returns>
    Task RemoveAsync(string sessionId);

    /// <summary>Whether there is a session whose last heartbeat is older.</summary>
    /// <param name="before">The oldest heartbeat that counts.</param>
    /// <returns>Whether there is.</returns>
    Task<bool> AnyAsync(DateTimeOffset before);

    /// <summary>Removes every session whose last heartbeat is older, with the reservations that it left open; their wraps stay counted.</summary>
    /// <param name="before">The oldest heartbeat that counts.</param>
    /// <returns>How many were removed.</returns>
    Task<int> SweepAsync(DateTimeOffset before);
}
