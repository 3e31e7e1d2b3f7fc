using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TenantEncryption.Events;
using TenantEncryption.Sql.Tables;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.StoreContract;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>The log's triggers and indexes.</summary>
public sealed class EventSchemaTests
{
    [Theory]
    [InlineData("UPDATE events SET json = '{\"time\":\"2026-03-14T12:00:00.0000000Z\"}'")]
    [InlineData("UPDATE events SET mac = x'00' WHERE sequence = 2")]
    [InlineData("DELETE FROM events WHERE sequence = 2")]
    [InlineData("INSERT OR REPLACE INTO events (chain, sequence, log_key_id, json, mac) SELECT chain, sequence, log_key_id, json, x'00' FROM events")]
    public async Task The_database_itself_refuses_to_change_or_remove_a_record(string attempt)
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(async t =>
        {
            await t.Events.AppendAsync(Sample.Event(1));
            await t.Events.AppendAsync(Sample.Event(2));
        });

        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = attempt;

        Assert.Throws<SqliteException>(() => command.ExecuteNonQuery());
    }

    [Fact]
    public async Task No_filter_looks_at_more_of_the_log_than_an_index_names()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => t.Events.AppendAsync(Sample.Event(1)));

        const string Chain = "sqlite_autoindex_events_1";
        Assert.Equal(["events_time"], IndexesOf(store, new EventFilter()));
        Assert.Equal(["events_time"], IndexesOf(store, new EventFilter { After = Sample.Noon, Before = Sample.Noon, Newest = 10 }));
        Assert.Equal(["events_type"], IndexesOf(store, new EventFilter { Types = ["a"], Newest = 10 }));
        Assert.Equal(["events_type", "events_type"], IndexesOf(store, new EventFilter { Types = ["a", "b"], After = Sample.Noon }));
        Assert.Equal([Chain], IndexesOf(store, new EventFilter { TenantId = "acme", Types = ["a"], Newest = 10 }));
        Assert.Equal([Chain, "events_chain_time"], IndexesOf(store, new EventFilter { TenantId = "acme", After = Sample.Noon }));
        Assert.Equal([Chain, "events_chain_time"], IndexesOf(store, new EventFilter { TenantId = "acme", Before = Sample.Noon }));
        Assert.Equal(["events_provider"], IndexesOf(store, new EventFilter { TenantId = "acme", ProviderId = "kp-1" }));
        Assert.Equal(["events_provider"], IndexesOf(store, new EventFilter { ProviderId = "kp-1", Before = Sample.Noon }));
        Assert.All(IndexesOf(store, (EventQuery.Types, [])), index => Assert.Equal("events_type", index));
        Assert.DoesNotContain(IndexesOf(store, EventQuery.Last("acme", 10)), line => line.Contains("SCAN events", StringComparison.Ordinal));
    }

    private static string[] IndexesOf(TemporaryStore store, EventFilter filter) => IndexesOf(store, EventQuery.Of(SqliteDialect.Instance, filter, null, 100));

    // The plan's lines on tables; a line without an index would be a scan.
    private static string[] IndexesOf(TemporaryStore store, (string Text, (string Name, object? Value)[] Values) query)
    {
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + query.Text;
        foreach ((string name, object? value) in query.Values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        var indexes = new List<string>();
        using SqliteDataReader plan = command.ExecuteReader();
        while (plan.Read())
        {
            string line = plan.GetString(3);
            if (line.Contains(" events", StringComparison.Ordinal))
            {
                Match used = Regex.Match(line, "USING (?:COVERING )?(?:INDEX )?(INTEGER PRIMARY KEY|\\w+)");
                indexes.Add(used.Success ? used.Groups[1].Value : line);
            }
        }

        return [.. indexes];
    }
}
