using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>
/// A statement that is run for each of many rows. Its parameters are numbered from 1 and keep their values from row to row; a command
/// object, whose parameters have names that are looked up each time, costs as much again as a quick row.
/// </summary>
internal readonly struct RowStatement
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly string _location;

    /// <summary>Takes a prepared statement, which its connection owns.</summary>
    public RowStatement(sqlite3 connection, sqlite3_stmt statement, string location) =>
        (_connection, _statement, _location) = (connection, statement, location);

    /// <summary>Gives a parameter a text.</summary>
    public void Bind(int parameter, string? value) => Check(
        value is null ? raw.sqlite3_bind_null(_statement, parameter) : raw.sqlite3_bind_text(_statement, parameter, value));

    /// <summary>Gives a parameter a number.</summary>
    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(_statement, parameter, value));

    /// <summary>Runs the statement, which gives no rows back.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="TenantEncryptionException">What SQLite's result code means.</exception>
    public int Run()
    {
        int code = raw.sqlite3_step(_statement);
        int changed = raw.sqlite3_changes(_connection);

        // Resetting a statement that failed says why once more.
        SqliteException? failure = code == raw.SQLITE_DONE ? null : Error(code);
        raw.sqlite3_reset(_statement);
        return failure is null ? changed : throw StoreErrors.From(failure, _location);
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw StoreErrors.From(Error(code), _location);
        }
    }

    private SqliteException Error(int code) => new(
        raw.sqlite3_errmsg(_connection).utf8_to_string(), code & 0xFF, raw.sqlite3_extended_errcode(_connection));
}
