using System.Data.Common;

namespace TenantEncryption.Sql.Statements;

/// <summary>What the tables run within one transaction. A failure is an exception of this library's codes; what may be done after it is the store's.</summary>
internal abstract class SqlStatements
{
    /// <summary>The database's language.</summary>
    public abstract SqlDialect Dialect { get; }

    /// <summary>Whether sealed key records were replaced or removed, so that what was there is to be overwritten after the commit, where the store can.</summary>
    public bool RecordsOverwritten { get; set; }

    /// <summary>Changes rows.</summary>
    /// <returns>How many rows.</returns>
    public abstract Task<int> ExecuteAsync(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>Reads all rows.</summary>
    public abstract Task<IReadOnlyList<T>> ListAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>Reads the one row there can be, or <see langword="default"/>.</summary>
    public abstract Task<T?> FindAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters);

    /// <summary>Adds many rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">Its columns, each with as many values.</param>
    public abstract Task InsertAsync(string table, params IReadOnlyList<SqlColumn> columns);

    /// <summary>A hash over the rows that statements give, one after the other.</summary>
    /// <param name="tenantId">The value of their one parameter, <c>$tenant_id</c>.</param>
    /// <param name="statements">The statements.</param>
    /// <returns>32 bytes.</returns>
    public abstract Task<byte[]> HashAsync(string tenantId, params IReadOnlyList<string> statements);

    /// <summary>Refuses to go on in a transaction that reads.</summary>
    public abstract void RequireWrite();

    /// <summary>Whether an error is a foreign key without its row, or a row that others still refer to.</summary>
    public abstract bool IsForeignKey(TenantEncryptionException exception);
}
