using System.Data.Common;
using Npgsql;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Stores;

namespace TenantEncryption.PostgreSql.Connections;

/// <summary>What the tables run within one transaction. A statement that fails ends it: the server takes no other one.</summary>
internal sealed class PostgreSqlStatements(NpgsqlConnection connection, StoreAccess access, string location, TimeSpan timeout) : SqlStatements
{
    private bool _ended;

    /// <inheritdoc/>
    public override SqlDialect Dialect => PostgreSqlDialect.Instance;

    /// <summary>Refuses every statement from now on: the connection serves another transaction.</summary>
    public void End() => _ended = true;

    /// <inheritdoc/>
    public override Task<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        RequireWrite();
        return ExecuteAsync(Prepare(sql, parameters));
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        ListAsync(Prepare(sql, parameters), read);

    /// <inheritdoc/>
    public override Task<T?> FindAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : default => FindAsync(Prepare(sql, parameters), read);

    /// <inheritdoc/>
    public override Task InsertAsync(string table, params IReadOnlyList<SqlColumn> columns)
    {
        RequireWrite();
        RequireOpen();
        string names = string.Join(", ", columns.Select(column => column.Name));
        string arrays = string.Join(", ", columns.Select((column, i) => $"${i + 1}::{(column.Texts is null ? "bigint" : "text")}[]"));
#pragma warning disable CA2100 // The text is put together from constants of the tables; every value is a parameter.
        var command = new NpgsqlCommand($"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})", connection);
#pragma warning restore CA2100
        foreach (SqlColumn column in columns)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)column.Texts ?? column.Numbers });
        }

        return ExecuteAsync(command);
    }

    /// <inheritdoc/>
    public override async Task<byte[]> HashAsync(string tenantId, params IReadOnlyList<string> statements)
    {
        RequireOpen();
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        foreach (string sql in statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PositionalText.Of(sql).Text) { Parameters = { new NpgsqlParameter { Value = tenantId } } });
        }

        try
        {
            using var hash = new RowHash();
            NpgsqlDataReader reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                do
                {
                    while (await reader.ReadAsync().ConfigureAwait(false))
                    {
                        hash.Add(reader);
                    }

                    hash.End();
                }
                while (await reader.NextResultAsync().ConfigureAwait(false));
            }

            return hash.ToHash();
        }
        catch (Exception exception) when (StoreErrors.From(exception, location, timeout) is var meant && meant != exception)
        {
            throw meant;
        }
    }

    /// <inheritdoc/>
    public override bool IsForeignKey(TenantEncryptionException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    /// <inheritdoc/>
    public override void RequireWrite()
    {
        if (access == StoreAccess.Read)
        {
            throw new InvalidOperationException("A read transaction changes nothing; begin one with StoreAccess.Write.");
        }
    }

    private NpgsqlCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        RequireOpen();
        PositionalText text = PositionalText.Of(sql);
#pragma warning disable CA2100 // The text is put together from constants of the tables; every value is a parameter.
        var command = new NpgsqlCommand(text.Text, connection);
#pragma warning restore CA2100
        foreach (string name in text.Names)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = ValueOf(name, parameters) });
        }

        return command;
    }

    // One type for all whole numbers, so that a statement is prepared once.
    private static object ValueOf(string name, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        foreach ((string given, object? value) in parameters)
        {
            if (given == name)
            {
                return value switch
                {
                    null => DBNull.Value,
                    int number => (long)number,
                    _ => value,
                };
            }
        }

        throw new ArgumentException($"The statement's parameter '{name}' has no value.", nameof(parameters));
    }

    private async Task<int> ExecuteAsync(NpgsqlCommand command)
    {
        await using (command.ConfigureAwait(false))
        {
            try
            {
                return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (StoreErrors.From(exception, location, timeout) is var meant && meant != exception)
            {
                throw meant;
            }
        }
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(NpgsqlCommand command, Func<DbDataReader, T> read)
    {
        await using (command.ConfigureAwait(false))
        {
            try
            {
                NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    var rows = new List<T>();
                    while (await reader.ReadAsync().ConfigureAwait(false))
                    {
                        rows.Add(read(reader));
                    }

                    return rows;
                }
            }
            catch (Exception exception) when (StoreErrors.From(exception, location, timeout) is var meant && meant != exception)
            {
                throw meant;
            }
        }
    }

    private async Task<T?> FindAsync<T>(NpgsqlCommand command, Func<DbDataReader, T> read)
    {
        IReadOnlyList<T> rows = await ListAsync(command, read).ConfigureAwait(false);
        return rows.Count == 0 ? default : rows[0];
    }

    private void RequireOpen() => ObjectDisposedException.ThrowIf(_ended, typeof(IStoreTransaction));
}
