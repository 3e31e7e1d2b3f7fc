using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Tables;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql;

/// <summary>A transaction on an SQL database: its tables. How it ends is the database's.</summary>
internal abstract class SqlStoreTransaction : IStoreTransaction
{
    /// <summary>Gives the tables their statements.</summary>
    protected SqlStoreTransaction(SqlStatements statements, SessionClock clock)
    {
        Settings = new SettingsTable(statements);
        Platforms = new PlatformTable(statements);
        Tenants = new TenantTable(statements);
        Providers = new ProviderTable(statements);
        Keys = new KeyTable(statements);
        Catalog = new CatalogTable(statements);
        Migrations = new MigrationTable(statements);
        Ranges = new RangeTable(statements);
        Events = new EventTable(statements);
        Anchors = new AnchorTable(statements);
        Sessions = new SessionTable(statements, clock);
    }

    /// <inheritdoc/>
    public ISettingsTable Settings { get; }

    /// <inheritdoc/>
    public IPlatformTable Platforms { get; }

    /// <inheritdoc/>
    public ITenantTable Tenants { get; }

    /// <inheritdoc/>
    public IProviderTable Providers { get; }

    /// <inheritdoc/>
    public IKeyTable Keys { get; }

    /// <inheritdoc/>
    public ICatalogTable Catalog { get; }

    /// <inheritdoc/>
    public IMigrationTable Migrations { get; }

    /// <inheritdoc/>
    public IRangeTable Ranges { get; }

    /// <inheritdoc/>
    public IEventTable Events { get; }

    /// <inheritdoc/>
    public IAnchorTable Anchors { get; }

    /// <inheritdoc/>
    public ISessionTable Sessions { get; }

    /// <inheritdoc/>
    public abstract Task CommitAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
