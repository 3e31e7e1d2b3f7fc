namespace TenantEncryption.Sqlite;

/// <summary>How a <see cref="SqliteStore"/> behaves.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>How long a transaction waits for other writers, of this process and of others, before it is <c>STORE_LOCKED</c>. 30 seconds when not given.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a store is made where there is none; else opening one is <c>STORE_NOT_FOUND</c>, and nothing is made. Yes when not given.</summary>
    public bool Create { get; init; } = true;

    /// <summary>The clock that tells how long another process was silent.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The most pages that the database file may grow to, so that tests can fill a disk; <see langword="null"/> for SQLite's own limit.</summary>
    internal int? MaxPageCount { get; init; }
}
