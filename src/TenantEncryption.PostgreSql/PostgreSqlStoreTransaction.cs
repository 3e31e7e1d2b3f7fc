using Npgsql;
using TenantEncryption.PostgreSql.Connections;
using TenantEncryption.Sql;
using TenantEncryption.Sql.Statements;

namespace TenantEncryption.PostgreSql;

/// <summary>A transaction on a connection of its own until it ends.</summary>
internal sealed class PostgreSqlStoreTransaction : SqlStoreTransaction
{
    private readonly PostgreSqlStore _store;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly PostgreSqlStatements _statements;
    private readonly Change? _change;
    private readonly Action _leave;
    private bool _ended;

    public PostgreSqlStoreTransaction(
        PostgreSqlStore store, NpgsqlTransaction transaction, PostgreSqlStatements statements, SessionClock clock, Change? change, Action leave)
        : base(statements, clock) =>
        (_store, _connection, _transaction, _statements, _change, _leave) = (store, transaction.Connection!, transaction, statements, change, leave);

    /// <inheritdoc/>
    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_ended, typeof(Stores.IStoreTransaction));
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _store.CommitAsync(_transaction, _change).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => EndAsync();

    private async ValueTask EndAsync()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _statements.End();
        try
        {
            await _transaction.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (StoreErrors.IsLost(exception))
        {
            // The server rolled it back when the connection went.
        }
        finally
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
            _leave();
        }
    }
}
