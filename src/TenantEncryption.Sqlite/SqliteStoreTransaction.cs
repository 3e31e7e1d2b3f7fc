using Microsoft.Data.Sqlite;
using TenantEncryption.Sql;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite;

/// <summary>A transaction on a connection of its own until it ends.</summary>
internal sealed class SqliteStoreTransaction : SqlStoreTransaction
{
    private readonly SqliteStore _store;
    private readonly StoreConnection _connection;
    private readonly StoreAccess _access;
    private readonly SqliteStatements _statements;
    private bool _ended;

    public SqliteStoreTransaction(SqliteStore store, StoreConnection connection, StoreAccess access, TimeProvider time)
        : this(store, connection, access, time, new SqliteStatements(connection, access, store.Location))
    {
    }

    private SqliteStoreTransaction(SqliteStore store, StoreConnection connection, StoreAccess access, TimeProvider time, SqliteStatements statements)
        : base(statements, new MachineClock(time)) => (_store, _connection, _access, _statements) = (store, connection, access, statements);

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default)
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
    public override ValueTask DisposeAsync()
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
