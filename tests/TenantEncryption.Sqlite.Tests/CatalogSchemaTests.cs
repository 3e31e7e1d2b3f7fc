using Microsoft.Data.Sqlite;
using TenantEncryption.Sqlite.Tables;
using TenantEncryption.StoreContract;

namespace TenantEncryption.Sqlite.Tests;

/// <summary>The catalog's indexes.</summary>
public sealed class CatalogSchemaTests
{
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
