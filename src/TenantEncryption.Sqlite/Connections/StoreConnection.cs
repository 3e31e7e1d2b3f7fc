using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TenantEncryption.Sqlite.Schema;

namespace TenantEncryption.Sqlite.Connections;

/// <summary>One open connection with its settings and its prepared statements, which live as long as it does.</summary>
internal sealed class StoreConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, sqlite3_stmt> _rowStatements = new(StringComparer.Ordinal);

    private long? _checkedSchema;

    private StoreConnection(SqliteConnection connection) => _connection = connection;

    /// <summary>Whether a transaction is open. SQLite rolls back by itself on a full disk or an I/O error.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Opens an existing file. Nothing is read or written yet.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="options">The options.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="SqliteException">It can't be opened.</exception>
    public static StoreConnection Open(string path, SqliteStoreOptions options)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = (int)Math.Clamp(Math.Ceiling(options.BusyTimeout.TotalSeconds), 1, int.MaxValue),
        }.ToString());
        var opened = new StoreConnection(connection);
        try
        {
            connection.Open();

            // Waiting is done by the caller, asynchronously.
            raw.sqlite3_busy_timeout(connection.Handle, 0);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Settles how the connection writes. Reads the schema, so it fails on a file that is no database.</summary>
    public void Configure(SqliteStoreOptions options)
    {
        Run("""
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA secure_delete = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -16384;
            """);
        if (options.MaxPageCount is int pages)
        {
            Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        }
    }

    /// <summary>Runs statements without parameters, at once: a locked database is an error, not a wait.</summary>
    /// <exception cref="SqliteException">With the result code.</exception>
    public void Run(string sql)
    {
        int code = raw.sqlite3_exec(_connection.Handle, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    /// <summary>Reads one number, at once: a locked database is an error, not a wait.</summary>
    /// <exception cref="SqliteException">With the result code.</exception>
    public long RunForNumber(string sql) => RunFor(sql, raw.sqlite3_column_int64);

    /// <summary>Reads one text, at once: a locked database is an error, not a wait.</summary>
    /// <exception cref="SqliteException">With the result code.</exception>
    public string RunForText(string sql) => RunFor(sql, (statement, column) => raw.sqlite3_column_text(statement, column).utf8_to_string());

    /// <summary>
    /// In what the schema differs from what this software makes, looked at again whenever something changed it; within a transaction.
    /// </summary>
    /// <returns>The difference in words; <see langword="null"/> when there is none.</returns>
    public string? FindForeignSchema()
    {
        long cookie = RunForNumber("PRAGMA schema_version");
        if (cookie == _checkedSchema)
        {
            return null;
        }

        string? difference = SchemaText.Difference(RunForText(SchemaText.Query));
        if (difference is null)
        {
            _checkedSchema = cookie;
        }

        return difference;
    }

    /// <summary>Moves the write-ahead log into the database and cuts it to nothing, so that replaced bytes are on disk no more.</summary>
    /// <returns>Whether it is done; <see langword="false"/> when a reader still needs the log.</returns>
    public bool TruncateLog() =>
        raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == raw.SQLITE_OK;

    /// <summary>A prepared statement, made at its first use.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">All its parameters with their values.</param>
    /// <returns>The command, ready to run; the connection owns it.</returns>
    public SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // The text is put together from constants of this assembly; every value is a parameter.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>A prepared statement that is run for each of many rows, made at its first use.</summary>
    /// <param name="sql">The statement, with numbered parameters.</param>
    /// <param name="location">The database, for errors.</param>
    /// <returns>The statement; the connection owns it.</returns>
    /// <exception cref="SqliteException">It can't be prepared.</exception>
    public RowStatement PrepareRow(string sql, string location)
    {
        return new RowStatement(_connection.Handle!, PrepareRaw(sql), location);
    }

    /// <summary>Adds the rows of a prepared statement to a hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="sql">The statement, with one parameter, made at its first use.</param>
    /// <param name="parameter">The parameter's value.</param>
    /// <exception cref="SqliteException">It can't be read.</exception>
    public void AddRows(RowHash hash, string sql, string parameter)
    {
        sqlite3_stmt statement = PrepareRaw(sql);
        raw.sqlite3_bind_text(statement, 1, parameter);
        hash.Add(_connection.Handle!, statement);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (sqlite3_stmt statement in _rowStatements.Values)
        {
            statement.Dispose();
        }

        foreach (SqliteCommand command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private sqlite3_stmt PrepareRaw(string sql)
    {
        if (!_rowStatements.TryGetValue(sql, out sqlite3_stmt? statement))
        {
            int code = raw.sqlite3_prepare_v3(_connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement);
            if (code != raw.SQLITE_OK)
            {
                throw Error(code);
            }

            _rowStatements.Add(sql, statement);
        }

        return statement;
    }

    private T RunFor<T>(string sql, Func<sqlite3_stmt, int, T> read)
    {
        int code = raw.sqlite3_prepare_v2(_connection.Handle, sql, out sqlite3_stmt statement);
        using (statement)
        {
            if (code == raw.SQLITE_OK)
            {
                code = raw.sqlite3_step(statement);
            }

            return code == raw.SQLITE_ROW ? read(statement, 0) : throw Error(code);
        }
    }

    private SqliteException Error(int code) => new(
        raw.sqlite3_errmsg(_connection.Handle).utf8_to_string(),
        code & 0xFF,
        raw.sqlite3_extended_errcode(_connection.Handle));
}
