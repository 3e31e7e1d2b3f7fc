using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>
/// What the tables run within one transaction. SQLite has no asynchronous calls: a statement ends before the call returns.
/// </summary>
internal sealed class StoreStatements(StoreConnection connection, StoreAccess access, string location)
{
    private bool _ended;

    /// <summary>Whether sealed key records were replaced or removed, so that the log must be truncated after the commit.</summary>
    public bool RecordsOverwritten { get; set; }

    /// <summary>Refuses every statement from now on: the connection serves another transaction.</summary>
    public void End() => _ended = true;

    /// <summary>Changes rows.</summary>
    /// <returns>How many rows.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        RequireWrite();
        try
        {
            return Prepare(sql, parameters).ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <summary>A statement that changes rows, for each of many.</summary>
    /// <param name="sql">The statement, with numbered parameters.</param>
    /// <returns>The statement, for this transaction.</returns>
    public RowStatement ForRows(string sql)
    {
        RequireWrite();
        RequireOpen();
        try
        {
            return connection.PrepareRow(sql, location);
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <summary>Reads all rows.</summary>
    public IReadOnlyList<T> List<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        try
        {
            using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <summary>Reads the one row there can be, or <see langword="default"/>.</summary>
    public T? Find<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        try
        {
            using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
            return reader.Read() ? read(reader) : default;
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <summary>A hash over the rows that statements give, one after the other.</summary>
    /// <param name="parameter">The value of their one parameter.</param>
    /// <param name="statements">The statements, each with a numbered parameter.</param>
    /// <returns>32 bytes.</returns>
    public byte[] Hash(string parameter, params ReadOnlySpan<string> statements)
    {
        RequireOpen();
        using var hash = new RowHash();
        try
        {
            foreach (string sql in statements)
            {
                connection.AddRows(hash, sql, parameter);
            }

            return hash.ToHash();
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.From(exception, location);
        }
    }

    /// <summary>Whether an error is a foreign key without its row, or a row that others still refer to.</summary>
    public static bool IsForeignKey(TenantEncryptionException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT_FOREIGNKEY };

    /// <summary>Refuses to go on in a transaction that reads.</summary>
    public void RequireWrite()
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
