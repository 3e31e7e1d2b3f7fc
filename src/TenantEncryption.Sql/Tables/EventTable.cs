using System.Data.Common;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The table <c>events</c>. Triggers refuse a gap, a change and a removal.</summary>
internal sealed class EventTable(SqlStatements statements) : IEventTable
{
    // Who else would append to a chain waits for this transaction, or is not seen by it.
    private (string Chain, StoredEvent? Event)? _last;

    /// <inheritdoc/>
    public async Task<StoredEvent?> LastAsync(string chain)
    {
        if (_last?.Chain != chain)
        {
            _last = (chain, await statements.FindAsync(
                $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain ORDER BY sequence DESC LIMIT 1", Read, ("$chain", chain)).ConfigureAwait(false));
        }

        return _last.Value.Event;
    }

    /// <inheritdoc/>
    public Task<StoredEvent?> FindAsync(string chain, long sequence) => statements.FindAsync(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND sequence = $sequence", Read, ("$chain", chain), ("$sequence", sequence));

    /// <inheritdoc/>
    public Task<StoredEvent?> FindLastAsync(string chain, string type) => statements.FindAsync(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND substr(type, length(type) - length($type) + 1) = $type ORDER BY sequence DESC LIMIT 1",
        Read,
        ("$chain", chain),
        ("$type", "." + type));

    /// <inheritdoc/>
    public Task<long?> FindFirstSinceAsync(string chain, DateTimeOffset time) => statements.FindAsync(
        "SELECT min(sequence) FROM events WHERE chain = $chain AND time >= $time",
        row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0),
        ("$chain", chain),
        ("$time", StoredText.OfTime(time)));

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> ListArchivedAsync() =>
        (await statements.ListAsync(EventQuery.Begun, row => (Chain: row.GetString(0), First: row.GetInt64(1))).ConfigureAwait(false))
            .ToDictionary(chain => chain.Chain, chain => chain.First - 1, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<long> RemoveArchivedAsync(string chain, long upTo)
    {
        _last = null;
        return await statements.ExecuteAsync("DELETE FROM events WHERE chain = $chain AND sequence <= $up_to", ("$chain", chain), ("$up_to", upTo)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task AppendAsync(StoredEvent storedEvent)
    {
        _last = null;
        int rows = await statements.ExecuteAsync(
            $"INSERT INTO events ({EventQuery.Columns}) VALUES ($chain, $sequence, $log_key_id, $json, $mac)",
            ("$chain", storedEvent.Chain),
            ("$sequence", storedEvent.Sequence),
            ("$log_key_id", storedEvent.LogKeyId),
            ("$json", storedEvent.Json),
            ("$mac", storedEvent.Mac)).ConfigureAwait(false);
        if (rows != 1)
        {
            throw new TenantEncryptionException(ErrorCodes.StoreAltered, "The store did not take an event.");
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTypesAsync() => statements.ListAsync(EventQuery.Types, row => row.GetString(0));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ListLastAsync(string? afterChain, int limit)
    {
        (string text, (string Name, object? Value)[] values) = EventQuery.Last(afterChain, limit);
        return statements.ListAsync(text, Read, values);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ListChainAsync(string chain, long afterSequence, int limit) => statements.ListAsync(
        $"SELECT {EventQuery.Columns} FROM events WHERE chain = $chain AND sequence > $after ORDER BY sequence LIMIT $limit",
        Read,
        ("$chain", chain),
        ("$after", afterSequence),
        ("$limit", limit));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, EventPosition? after, int limit)
    {
        (string text, (string Name, object? Value)[] values) = EventQuery.Of(statements.Dialect, filter, after, limit);
        return await statements.ListAsync(text, Read, values).ConfigureAwait(false);
    }

    private static StoredEvent Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetString(3), row.Bytes(4));
}
