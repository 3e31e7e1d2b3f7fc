using Microsoft.Data.Sqlite;
using TenantEncryption.Events;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>events</c>. Triggers refuse a gap, a change and a removal.</summary>
internal sealed class SqliteEventTable(StoreStatements statements) : IEventTable
{
    /// <inheritdoc/>
    public Task<StoredEvent?> LastAsync() => Task.FromResult(
        statements.Find($"SELECT {EventQuery.Columns} FROM events ORDER BY sequence DESC LIMIT 1", Read));

    /// <inheritdoc/>
    public Task AppendAsync(StoredEvent storedEvent)
    {
        statements.Execute(
            $"INSERT INTO events ({EventQuery.Columns}) VALUES ($sequence, $log_key_id, $json, $mac)",
            ("$sequence", storedEvent.Sequence),
            ("$log_key_id", storedEvent.LogKeyId),
            ("$json", storedEvent.Json),
            ("$mac", storedEvent.Mac));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<EventFilter> NarrowAsync(EventFilter filter)
    {
        // Who pages on is past the first time already.
        string? after = filter.AfterSequence > 0 ? null : StoredText.OfTime(filter.After);
        string? before = StoredText.OfTime(filter.Before);
        if (after is null && before is null)
        {
            return Task.FromResult(filter);
        }

        (long? first, long? last) = statements.Find(
            EventQuery.Range,
            row => (row.IsDBNull(0) ? null : (long?)row.GetInt64(0), row.IsDBNull(1) ? null : (long?)row.GetInt64(1)),
            ("$after", after),
            ("$before", before));
        bool isEmpty = (after is not null && first is null) || (before is not null && last is null);
        return Task.FromResult(filter with
        {
            AfterSequence = first is { } lowest ? lowest - 1 : filter.AfterSequence,
            ToSequence = isEmpty ? 0 : last < filter.ToSequence ? last : filter.ToSequence ?? last,
        });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListTypesAsync() => Task.FromResult(statements.List(EventQuery.Types, row => row.GetString(0)));

    /// <inheritdoc/>
    /// <remarks>A page of the newest N is the first of them after <see cref="EventFilter.AfterSequence"/>, so paging on yields all N.</remarks>
    public Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, int limit)
    {
        (string text, (string Name, object? Value)[] values) = EventQuery.Of(filter, limit);
        return Task.FromResult(statements.List(text, Read, values));
    }

    private static StoredEvent Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.Bytes(3));
}
