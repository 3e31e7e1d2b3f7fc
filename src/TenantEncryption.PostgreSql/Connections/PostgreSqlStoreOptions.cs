namespace TenantEncryption.PostgreSql;

/// <summary>How a <see cref="PostgreSqlStore"/> behaves.</summary>
public sealed record PostgreSqlStoreOptions
{
    /// <summary>The schema in which the store's tables are; when not given, the <c>Search Path</c> of the connection string, else <c>tenantencryption</c>.</summary>
    public string? Schema { get; init; }

    /// <summary>
    /// Whether the store is made where there is none, and an older one raised, by a role that may: it will own the tables. No when not given: opening what is not
    /// there is <c>STORE_NOT_FOUND</c>.
    /// </summary>
    public bool Create { get; init; }

    /// <summary>The role that works with the store and owns nothing; with <see cref="Create"/> it is given the rights that it needs. None when not given.</summary>
    public string? ApplicationRole { get; init; }

    /// <summary>How long a transaction waits for other writers before it is <c>STORE_LOCKED</c>, and a lost connection is looked for again. 30 seconds when not given.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A clock in place of the server's, for tests.</summary>
    internal TimeProvider? Time { get; init; }
}
