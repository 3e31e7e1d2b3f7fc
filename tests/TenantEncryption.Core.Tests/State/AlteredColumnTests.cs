using System.Text.RegularExpressions;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Testing;

namespace TenantEncryption.Tests.State;

/// <summary>docs/security.md says what the alteration of each column gives: this alters each of them, one after the other.</summary>
public sealed partial class AlteredColumnTests
{
    /// <summary>Table, column, and what the page says.</summary>
    public static TheoryData<string, string, string> Columns
    {
        get
        {
            var columns = new TheoryData<string, string, string>();
            foreach ((string table, string column, string gives) in Page())
            {
                columns.Add(table, column, gives);
            }

            return columns;
        }
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task What_an_altered_column_gives_is_what_the_page_says(string table, string column, string gives)
    {
        await using AttackedStore store = await AttackedStore.CopyAsync();
        string whose = table == "platforms" ? "own" : "acme";
        Alter(store, table, column);

        string outcome = await store.OutcomeAsync(whose);

        string? code = Code().Match(gives) is { Success: true } match ? match.Groups[1].Value : null;
        switch (table)
        {
            case "settings":
                Assert.Contains(outcome, new[] { ErrorCodes.StoreAltered, ErrorCodes.RootKeyMismatch });
                break;
            case "platforms" when code is not null:
                Assert.All(outcome.Split(' '), one => Assert.Contains(one, new[] { ErrorCodes.StateAltered, ErrorCodes.StoreAltered }));
                Assert.Equal(ErrorCodes.StoreAltered, await Refusal.CodeOfAsync(() => store.Service.Service.Platforms.ListAsync()));
                break;
            default:
                Assert.Equal(code ?? ErrorCodes.Success, outcome);
                break;
        }

        // Another tenant's work goes on.
        if (table != "settings")
        {
            Assert.Equal(ErrorCodes.Success, await store.OutcomeAsync("bystander"));
        }
    }

    [Fact]
    public async Task The_page_names_every_column_of_every_table()
    {
        await using AttackedStore store = await AttackedStore.CopyAsync();
        string all = (string)store.Service.SqlValue(
            """
            SELECT group_concat(s.name || '.' || c.name, ' ') FROM sqlite_schema s, pragma_table_xinfo(s.name) c
            WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND c.hidden = 0
            """)!;

        Assert.Equal(all.Split(' ').Order(StringComparer.Ordinal), Page().Select(row => $"{row.Table}.{row.Column}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("json", "json_set(json, '$.userid', 'nobody')")]
    [InlineData("mac", "zeroblob(32)")]
    public async Task An_earlier_event_that_was_altered_is_named_by_the_test_of_the_log(string column, string value)
    {
        await using AttackedStore store = await AttackedStore.CopyAsync();
        store.Service.Tamper($"UPDATE events SET {column} = {value} WHERE chain = 'acme' AND sequence = 2");
        await using var next = await store.Service.OpenAnotherAsync();

        EventLogTestResult result = await next.Service.Events.VerifyAsync();

        Assert.Equal((ErrorCodes.EventLogAltered, "acme", (long?)2), (result.Code, result.TenantId, result.FirstBad));
    }

    private static void Alter(AttackedStore store, string table, string column)
    {
        string row = table switch
        {
            "tenants" or "catalog" or "catalog_pending" or "wrap_reservations" or "migrations" => "tenant_id = 'acme'",
            "key_providers" => "tenant_id = 'acme' AND status = 'Active'",
            "key_encryption_keys" => "tenant_id = 'acme' AND status = 'Current'",
            "migration_items" => "sealed_kek IS NOT NULL",
            "events" => "chain = 'acme' AND sequence = (SELECT max(sequence) FROM events WHERE chain = 'acme')",
            "settings" => "name = 'store-id'",
            "anchored_heads" => "chain = 'acme'",
            _ => "true",
        };
        string type = (string)store.Service.SqlValue("SELECT type FROM pragma_table_info($table) WHERE name = $column", ("$table", table), ("$column", column))!;
        string value = (table, column) switch
        {
            ("key_providers", "status") => "'Archived'",
            ("key_encryption_keys", "status") => "'Previous'",
            ("migrations", "state" or "requested") => "'Stopped'",
            ("key_providers", "type") => "'Internal'",
            ("tenants", "key_hierarchy") => "'Direct'",
            ("migrations", "mode") => "'Reencrypt'",
            ("key_providers", "grants") => """'[{"grantId":"g","keyArn":"a","tenantId":"acme","granteePrincipal":"p"}]'""",
            ("key_providers", "replica_keys" or "refused_regions") => """'["eu-west-2"]'""",
            ("key_providers", "parameters") => """'{"Users":["arn:aws:iam::999999999999:root"]}'""",
            ("key_encryption_keys" or "migration_items", "encryption_context") => "json_set(encryption_context, '$.More', 'x')",
            ("events", "json") => "json_set(json, '$.userid', 'nobody')",
            ("migration_items", "state") => "'Pending'",
            (_, var time) when type == "TEXT" && time.EndsWith("_at", StringComparison.Ordinal) => "'2001-02-03T04:05:06.0000000Z'",
            _ => type switch
            {
                "INTEGER" when column == "ordinal" => "ordinal + 1000",
                "INTEGER" when column.StartsWith("is_", StringComparison.Ordinal) => $"1 - {column}",
                "INTEGER" => $"coalesce({column}, 0) + 1",
                "BLOB" => $"CASE length({column}) WHEN 0 THEN x'00' ELSE CAST(substr({column}, 1, length({column}) - 1) || CASE substr({column}, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB) END",
                _ => $"coalesce({column}, '') || 'x'",
            },
        };
        Assert.NotEqual(0L, store.Service.SqlValue($"SELECT count(*) FROM {table} WHERE {row}"));
        store.Service.Tamper($"UPDATE {table} SET {column} = {value} WHERE {row}");
    }

    private static IEnumerable<(string Table, string Column, string Gives)> Page()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "security.md"));
        foreach (Match row in lines.SkipWhile(line => line != "## What an altered row gives").TakeWhile(line => !line.StartsWith("## The", StringComparison.Ordinal) && line != "## Rules of the cryptography")
            .Select(line => Row().Match(line)).Where(match => match.Success))
        {
            foreach (Match column in Quoted().Matches(row.Groups["columns"].Value))
            {
                yield return (row.Groups["table"].Value, column.Groups[1].Value, row.Groups["gives"].Value);
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<table>\w+)` \| (?<columns>[^|]+) \| (?<gives>.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    // A refusal that the page begins with; a code further on is told of something else.
    [GeneratedRegex("^`([A-Z_]+)`")]
    private static partial Regex Code();
}
