using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Sqlite.Tables;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite;

/// <summary>A transaction on a connection of its own until it ends.</summary>
internal sealed class SqliteStoreTransaction : IStoreTransaction
{
    private readonly SqliteStore _store;
    private readonly StoreConnection _connection;
    private readonly StoreAccess _access;
    private readonly StoreStatements _statements;
    private bool _ended;

    public SqliteStoreTransaction(SqliteStore store, StoreConnection connection, StoreAccess access, TimeProvider time)
    {
        _store = store;
        _connection = connection;
        _access = access;
        _statements = new StoreStatements(connection, access, store.Location);
        Settings = new SqliteSettingsTable(_statements);
        Platforms = new SqlitePlatformTable(_statements);
        Tenants = new SqliteTenantTable(_statements);
        Providers = new SqliteProviderTable(_statements);
        Keys = new SqliteKeyTable(_statements);
        Catalog = new SqliteCatalogTable(_statements);
        Migrations = new SqliteMigrationTable(_statements);
        Ranges = new SqliteRangeTable(_statements);
        Events = new SqliteEventTable(_statements);
        Anchors = new SqliteAnchorTable(_statements);
        Sessions = new SqliteSessionTable(_statements, time);
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
    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_ended, typeof(IStoreTransaction));
        if (cancellationToken.IsCancellationRequested)
        {
            End();
            return Task.FromCanceled(cancellationToken);
        }

        try
        {
            _connection.Run("COMMIT");
            _store.Committed(_connection, _statements.RecordsOverwritten);
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, _store.Location);
        }
        finally
        {
            End();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private void End()
    {
        if (!_ended)
        {
            _ended = true;
            _statements.End();
            _store.Release(_connection, _access);
        }
    }
}
