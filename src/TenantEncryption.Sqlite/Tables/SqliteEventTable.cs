using Microsoft.Data.Sqlite;
using TenantEncryption.Events;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.Stores;

namespace TenantEncryption.Sqlite.Tables;

/// <summary>The table <c>events</c>. Triggers refuse a gap, a change and a removal.</summary>
internal sealed class SqliteEventTable(StoreStatements statements) : IEventTable
{
    private const string Columns = "sequence, log_key_id, json, mac";

    /// <inheritdoc/>
    public Task<StoredEvent?> LastAsync() => Task.FromResult(
        statements.Find($"SELECT {Columns} FROM events ORDER BY sequence DESC LIMIT 1", Read));

    /// <inheritdoc/>
    public Task AppendAsync(StoredEvent storedEvent)
    {
        statements.Execute(
            $"INSERT INTO events ({Columns}) VALUES ($sequence, $log_key_id, $json, $mac)",
            ("$sequence", storedEvent.Sequence),
            ("$log_key_id", storedEvent.LogKeyId),
            ("$json", storedEvent.Json),
            ("$mac", storedEvent.Mac));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>A page of the newest N is the first of them after <see cref="EventFilter.AfterSequence"/>, so paging on yields all N.</remarks>
    public Task<IReadOnlyList<StoredEvent>> ListAsync(EventFilter filter, int limit)
    {
        Conditions conditions = new Conditions()
            .And("tenant_id = $tenant_id", "$tenant_id", filter.TenantId)
            .And("provider_id = $provider_id", "$provider_id", filter.ProviderId)
            .And("time > $after", "$after", StoredText.OfTime(filter.After))
            .And("time < $before", "$before", StoredText.OfTime(filter.Before))
            .And("sequence > $after_sequence", "$after_sequence", filter.AfterSequence)
            .With("$limit", limit);
        string source = "events";
        if (filter.Newest is int newest)
        {
            source = $"(SELECT {Columns} FROM events {conditions} ORDER BY sequence DESC LIMIT $newest)";
            conditions.With("$newest", newest);
        }

        string where = filter.Newest is null ? conditions.ToString() : string.Empty;
        return Task.FromResult(
            statements.List($"SELECT {Columns} FROM {source} {where} ORDER BY sequence LIMIT $limit", Read, conditions.Values));
    }

    private static StoredEvent Read(SqliteDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.Bytes(3));
}
