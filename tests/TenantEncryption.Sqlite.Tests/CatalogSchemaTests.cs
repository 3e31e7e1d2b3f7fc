using Microsoft.Data.Sqlite;
using TenantEncryption.Sql.Tables;
using TenantEncryption.Sqlite.Connections;
using TenantEncryption.StoreContract;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>The catalog's indexes.</summary>
public sealed class CatalogSchemaTests
{
    private static readonly CatalogQuery Catalog = CatalogQuery.In(SqliteDialect.Instance);
    private static readonly RangeQuery Ranges = RangeQuery.In(SqliteDialect.Instance);

    [Theory]
    [InlineData(nameof(RangeQuery.EndOfKey))]
    [InlineData(nameof(RangeQuery.MessagesOfKey))]
    public async Task A_range_of_a_key_is_found_by_the_index_of_keys_in_the_order_of_its_names(string query)
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + (query == nameof(RangeQuery.EndOfKey) ? Ranges.EndOfKey : Ranges.MessagesOfKey);
        foreach (string name in (string[])["$migration_id", "$item", "$tenant_id", "$space", "$after_name", "$after_version", "$last_name", "$last_version"])
        {
            command.Parameters.AddWithValue(name, "x");
        }

        command.Parameters.AddWithValue("$messages", 10);
        var lines = new List<string>();
        using SqliteDataReader plan = command.ExecuteReader();
        while (plan.Read())
        {
            lines.Add(plan.GetString(3));
        }

        Assert.Contains(lines, line => line.StartsWith("SEARCH c USING INDEX catalog_kek (kek_id=? AND space=? AND (name,version)>", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("SCAN c", StringComparison.Ordinal) || (query == nameof(RangeQuery.MessagesOfKey) && line.Contains("TEMP B-TREE", StringComparison.Ordinal)));
    }

    [Fact]
    public Task Confirming_a_batch_looks_for_its_names_and_not_through_the_space() =>
        AssertPlanAsync(Catalog.RemoveReplaced, "SEARCH catalog USING PRIMARY KEY (space=? AND name=?)");

    [Fact]
    public Task What_a_batch_replaces_is_counted_by_a_look_for_each_name() =>
        AssertPlanAsync(Catalog.CountReplaced, "SEARCH catalog USING PRIMARY KEY (space=? AND name=?)", isGrouped: true);

    [Fact]
    public Task What_is_removed_by_message_ids_is_looked_for_one_by_one() =>
        AssertPlanAsync(Catalog.RemoveMessages, "SEARCH catalog USING INDEX sqlite_autoindex_catalog_1 (message_id=?)");

    [Fact]
    public Task Names_are_looked_for_one_by_one() =>
        AssertPlanAsync(Catalog.OfNames, "SEARCH catalog USING PRIMARY KEY (space=? AND name=? AND version=?)");

    [Fact]
    public Task Messages_are_looked_for_one_by_one() =>
        AssertPlanAsync(Catalog.OfMessages, "SEARCH catalog USING INDEX sqlite_autoindex_catalog_1 (message_id=?)");

    [Fact]
    public Task An_entry_that_is_moved_is_looked_for() =>
        AssertPlanAsync(CatalogQuery.Move, "SEARCH catalog USING PRIMARY KEY (space=? AND name=? AND version=?)");

    [Fact]
    public Task What_is_below_a_name_is_walked_through_from_its_begin_to_its_end_and_no_further() =>
        AssertPlanAsync(CatalogQuery.Below, "SEARCH catalog USING PRIMARY KEY (space=? AND name>? AND name<?)");

    private static async Task AssertPlanAsync(string sql, string expected, bool isGrouped = false)
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        foreach (string parameter in new[] { "$space", "$reservation_id", "$except_keys", "$keys", "$ids", "$message_id", "$old_space", "$old_key", "$old_version", "$key", "$spelling", "$after_key", "$after_version", "$end", "$limit" })
        {
            if (sql.Contains(parameter, StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(parameter, parameter is "$except_keys" or "$keys" or "$ids" ? "[]" : parameter == "$limit" ? 1 : Sample.Space);
            }
        }

        var lines = new List<string>();
        using SqliteDataReader plan = command.ExecuteReader();
        while (plan.Read())
        {
            lines.Add(plan.GetString(3));
        }

        Assert.Equal([expected], lines.Where(line => line.StartsWith("SEARCH catalog ", StringComparison.Ordinal) || line.StartsWith("SCAN catalog", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => !isGrouped && line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }
}
