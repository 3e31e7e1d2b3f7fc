using System.Data.Common;
using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>
/// What the tables run within one transaction. SQLite has no asynchronous calls: a statement ends before the call returns.
/// </summary>
internal sealed class SqliteStatements(StoreConnection connection, StoreAccess access, string location) : SqlStatements
{
    private bool _ended;

    /// <inheritdoc/>
    public override SqlDialect Dialect => SqliteDialect.Instance;

    /// <summary>Refuses every statement from now on: the connection serves another transaction.</summary>
    public void End() => _ended = true;

    /// <inheritdoc/>
    public override Task<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        RequireWrite();
        try
        {
            return Task.FromResult(Prepare(sql, parameters).ExecuteNonQuery());
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        try
        {
            using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return Task.FromResult<IReadOnlyList<T>>(rows);
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <inheritdoc/>
    public override Task<T?> FindAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : default
    {
        try
        {
            using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
            return Task.FromResult(reader.Read() ? read(reader) : default);
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <inheritdoc/>
    public override Task InsertAsync(string table, params IReadOnlyList<SqlColumn> columns)
    {
        RequireWrite();
        RequireOpen();
        try
        {
            RowStatement insert = connection.PrepareRow(
                $"INSERT INTO {table} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"?{i + 1}"))})",
                location);
            for (int row = 0; row < columns[0].Count; row++)
            {
                for (int i = 0; i < columns.Count; i++)
                {
                    if (columns[i].Texts is { } texts)
                    {
                        insert.Bind(i + 1, texts[row]);
                    }
                    else
                    {
                        insert.Bind(i + 1, columns[i].Numbers![row]);
                    }
                }

                insert.Run();
            }

            return Task.CompletedTask;
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <inheritdoc/>
    public override Task<byte[]> HashAsync(string tenantId, params IReadOnlyList<string> statements)
    {
        RequireOpen();
        using var hash = new RowHash();
        try
        {
            foreach (string sql in statements)
            {
                connection.AddRows(hash, sql, tenantId);
            }

            return Task.FromResult(hash.ToHash());
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <inheritdoc/>
    public override bool IsForeignKey(TenantEncryptionException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT_FOREIGNKEY };

    /// <inheritdoc/>
    public override void RequireWrite()
    {
        if (access == StoreAccess.Read)
        {
            throw new InvalidOperationException("A read transaction changes nothing; begin one with StoreAccess.Write.");
        }
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        RequireOpen();
        return connection.Prepare(sql, parameters);
    }

    private void RequireOpen()
    {
        ObjectDisposedException.ThrowIf(_ended, typeof(IStoreTransaction));

        // After SQLite rolled back by itself, a statement would be a transaction of its own.
        if (!connection.InTransaction)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"The transaction on '{location}' was rolled back after an error.");
        }
    }
}
