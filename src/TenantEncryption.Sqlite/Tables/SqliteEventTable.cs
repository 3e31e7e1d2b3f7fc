using Microsoft.Data.Sqlite;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>events</c>. Triggers refuse a gap, a change and a removal.</summary>
internal sealed class SqliteEventTable(StoreStatements statements) : IEventTable
{
    /// <inheritdoc/>
    public Task<StoredEvent?> LastAsync(string chain) => Task.FromResult(
        statements.Find($"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain ORDER BY sequence DESC LIMIT 1", Read, ("$chain", chain)));

    /// <inheritdoc/>
    public Task<StoredEvent?> FindAsync(string chain, long sequence) => Task.FromResult(statements.Find(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND sequence = $sequence", Read, ("$chain", chain), ("$sequence", sequence)));

    /// <inheritdoc/>
    public Task<StoredEvent?> FindLastAsync(string chain, string type) => Task.FromResult(statements.Find(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND substr(type, -length($type)) = $type ORDER BY sequence DESC LIMIT 1",
        Read,
        ("$chain", chain),
        ("$type", "." + type)));

    /// <inheritdoc/>
    public Task<long?> FindFirstSinceAsync(string chain, DateTimeOffset time) => Task.FromResult(statements.Find(
        "SELECT min(sequence) FROM events WHERE chain = $chain AND time >= $time",
        row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0),
        ("$chain", chain),
        ("$time", StoredText.OfTime(time))));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListArchivedAsync() => Task.FromResult<IReadOnlyDictionary<string, long>>(
        statements.List(EventQuery.Begun, row => (Chain: row.GetString(0), First: row.GetInt64(1)))
            .ToDictionary(chain => chain.Chain, chain => chain.First - 1, StringComparer.Ordinal));

    /// <inheritdoc/>
    public Task<long> RemoveArchivedAsync(string chain, long upTo) => Task.FromResult<long>(
        statements.Execute("DELETE FROM events WHERE chain = $chain AND sequence <= $up_to", ("$chain", chain), ("$up_to", upTo)));

    /// <inheritdoc/>
    public Task AppendAsync(StoredEvent storedEvent)
    {
        int rows = statements.Execute(
            $"INSERT INTO events ({EventQuery.Columns}) VALUES ($chain, $sequence, $log_key_id, $json, $mac)",
            ("$chain", storedEvent.Chain),
            ("$sequence", storedEvent.Sequence),
            ("$log_key_id", storedEvent.LogKeyId),
            ("$json", storedEvent.Json),
            ("$mac", storedEvent.Mac));
        return rows == 1 ? Task.CompletedTask : throw new TenantEncryptionException(ErrorCodes.StoreAltered, "The store did not take an event.");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTypesAsync() => Task.FromResult(statements.List(EventQuery.Types, row => row.GetString(0)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ListLastAsync(string? afterChain, int limit) => Task.FromResult(
        statements.List(EventQuery.Last, Read, ("$after", afterChain), ("$limit", limit)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ListChainAsync(string chain, long afterSequence, int limit) => Task.FromResult(statements.List(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND sequence > $after ORDER BY sequence LIMIT $limit",
        Read,
        ("$chain", chain),
        ("$after", afterSequence),
        ("$limit", limit)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, EventPosition? after, int limit)
    {
        (string text, (string Name, object? Value)[] values) = EventQuery.Of(filter, after, limit);
        return Task.FromResult(statements.List(text, Read, values));
    }

    private static StoredEvent Read(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetString(3), row.Bytes(4));
}
