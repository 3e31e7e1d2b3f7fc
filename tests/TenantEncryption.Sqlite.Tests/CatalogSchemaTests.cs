using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite.Tables;
using TenantEncryption.StoreContract;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>The catalog's indexes.</summary>
public sealed class CatalogSchemaTests
{
    [Theory]
    [InlineData(nameof(SqliteRangeTable.EndOfKey))]
    [InlineData(nameof(SqliteRangeTable.MessagesOfKey))]
    public async Task A_range_of_a_key_is_found_by_the_index_of_keys_in_the_order_of_its_names(string query)
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + (query == nameof(SqliteRangeTable.EndOfKey) ? SqliteRangeTable.EndOfKey : SqliteRangeTable.MessagesOfKey);
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
        Assert.DoesNotContain(lines, line => line.StartsWith("SCAN c", StringComparison.Ordinal) || (query == nameof(SqliteRangeTable.MessagesOfKey) && line.Contains("TEMP B-TREE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Confirming_a_batch_looks_for_its_names_and_not_through_the_space()
    {
        await using var store = new TemporaryStore();
        await store.WriteAsync(t => Sample.AddTenantWithKeyAsync(t, "acme"));
        using SqliteConnection connection = store.Connect();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + SqliteCatalogTable.RemoveReplaced;
        command.Parameters.AddWithValue("$space", Sample.Space);
        command.Parameters.AddWithValue("$reservation_id", "res-1");
        command.Parameters.AddWithValue("$except_keys", "[]");

        var catalog = new List<string>();
        using SqliteDataReader plan = command.ExecuteReader();
        while (plan.Read())
        {
            if (plan.GetString(3) is var line && line.StartsWith("SEARCH catalog ", StringComparison.Ordinal) || line.StartsWith("SCAN catalog", StringComparison.Ordinal))
            {
                catalog.Add(line);
            }
        }

        Assert.Equal(["SEARCH catalog USING PRIMARY KEY (space=? AND name=?)"], catalog);
    }
}
