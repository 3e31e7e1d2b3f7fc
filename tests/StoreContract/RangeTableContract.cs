using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Migration;

namespace TenantEncryption.StoreContract;

public abstract class RangeTableContract<TStore>
    where TStore : StoreUnderTest, new()
{
    private const string Kek = "kek-acme";

    [Fact]
    public async Task A_range_is_claimed_goes_on_and_is_done()
    {
        await using TStore store = await WithMessagesAsync();
        MigrationRange range = Range(1, "/b");
        await store.WriteAsync(t => t.Ranges.PutAsync(range));
        Assert.Equal(range, await store.ReadAsync(t => t.Ranges.FindAsync("mig-1", 1)));

        MigrationRange claimed = range with { Runner = "run-1", Attempt = 1, After = new ObjectName("/a", "") };
        await store.WriteAsync(t => t.Ranges.PutAsync(claimed));
        Assert.Equal([claimed], await store.ReadAsync(t => t.Ranges.ListOpenAsync("mig-1")));
        await store.WriteAsync(t => t.Ranges.PutAsync(claimed with { IsDone = true }));
        await store.WriteAsync(t => t.Ranges.PutAsync(Range(2, "/c")));

        Assert.Equal([Range(2, "/c")], await store.ReadAsync(t => t.Ranges.ListOpenAsync("mig-1")));
        Assert.Equal(2, (await store.ReadAsync(t => t.Ranges.FindLastAsync("mig-1", Source, Sample.Space)))!.Number);
        Assert.Null(await store.ReadAsync(t => t.Ranges.FindLastAsync("mig-1", Source, "file://other")));
        Assert.Equal(3, await store.ReadAsync(t => t.Ranges.NextNumberAsync("mig-1")));
        await store.WriteAsync(t => t.Ranges.RemoveAllAsync("mig-1"));
        Assert.Equal(1, await store.ReadAsync(t => t.Ranges.NextNumberAsync("mig-1")));
    }

    [Fact]
    public async Task A_range_has_the_messages_of_its_key_between_its_names_but_those_that_failed()
    {
        await using TStore store = await WithMessagesAsync();
        MigrationRange range = Range(1, "/d") with { After = new ObjectName("/a", "") };
        await store.WriteAsync(t => t.Ranges.PutAsync(range));
        CatalogEntry failed = (await store.ReadAsync(t => t.Catalog.FindAsync(Sample.Space, "/c")))!;
        await store.WriteAsync(t => t.Ranges.PutFailureAsync(new FailedMessage("mig-1", failed, "NOT_A_MESSAGE", "why")));

        Assert.Equal(["/b", "/d"], (await store.ReadAsync(t => t.Ranges.ListMessagesAsync(range))).Select(entry => entry.Key));
        FailedMessage listed = Assert.Single(await store.ReadAsync(t => t.Ranges.ListFailuresAsync("mig-1")));
        Assert.Equal(
            ("NOT_A_MESSAGE", "why", failed.Key, failed.MessageId, failed.KekId, failed.TenantId),
            (listed.Code, listed.Detail, listed.Entry.Key, listed.Entry.MessageId, listed.Entry.KekId, listed.Entry.TenantId));
        Assert.Equal(1, (await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")))!.Failed);
        await store.WriteAsync(t => t.Ranges.RemoveFailuresAsync("mig-1"));
        Assert.Equal(0, (await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")))!.Failed);
    }

    [Theory]
    [InlineData("", 2, "/b")]
    [InlineData("/b", 2, "/d")]
    [InlineData("/b", 100, "/e")]
    [InlineData("/e", 1, null)]
    public async Task The_end_of_a_range_is_the_last_of_so_many_names(string after, int messages, string? end)
    {
        await using TStore store = await WithMessagesAsync();

        ObjectName? found = await store.ReadAsync(t => t.Ranges.FindEndAsync("mig-1", Source, Sample.Space, new ObjectName(after, ""), messages));

        Assert.Equal(end, found?.Key);
    }

    [Fact]
    public async Task What_is_left_is_told_by_space_and_what_is_pending_is_seen()
    {
        await using TStore store = await WithMessagesAsync();
        Assert.Equal([Sample.Space], await store.ReadAsync(t => t.Ranges.ListSpacesAsync("mig-1", Source)));
        Assert.Equal(5L << 40, await store.ReadAsync(t => t.Ranges.MeasureAsync(Source)));
        Assert.Empty(await store.ReadAsync(t => t.Ranges.ListPendingSpacesAsync(Source)));

        await store.WriteAsync(t => t.Catalog.AddPendingAsync("res-2", [Sample.Entry("p", "acme", "/p", Kek)]));
        Assert.Equal([Sample.Space], await store.ReadAsync(t => t.Ranges.ListPendingSpacesAsync(Source)));
        Assert.Equal(["p"], await store.ReadAsync(t => t.Catalog.FindPendingAsync(["p", "m/a"])));

        foreach (CatalogEntry entry in await store.ReadAsync(t => t.Ranges.ListMessagesAsync(Range(1, "/e"))))
        {
            await store.WriteAsync(t => t.Ranges.PutFailureAsync(new FailedMessage("mig-1", entry, "UNKNOWN", null)));
        }

        Assert.Empty(await store.ReadAsync(t => t.Ranges.ListSpacesAsync("mig-1", Source)));
    }

    [Fact]
    public async Task Older_versions_of_objects_are_in_no_range_and_are_counted()
    {
        await using TStore store = await WithMessagesAsync();
        await store.WriteAsync(t => t.Catalog.AddAsync([Sample.Entry("old", "acme", "/bb", Kek) with { Version = "v1" }]));

        Assert.Equal(1, await store.ReadAsync(t => t.Ranges.CountOlderAsync(Source)));
        Assert.Equal(["/a", "/b", "/c", "/d", "/e"], (await store.ReadAsync(t => t.Ranges.ListMessagesAsync(Range(1, "/e")))).Select(entry => entry.Key));
        Assert.Equal("/b", (await store.ReadAsync(t => t.Ranges.FindEndAsync("mig-1", Source, Sample.Space, ObjectName.BeforeAll, 2)))?.Key);

        foreach (CatalogEntry entry in await store.ReadAsync(t => t.Ranges.ListMessagesAsync(Range(1, "/e"))))
        {
            await store.WriteAsync(t => t.Ranges.PutFailureAsync(new FailedMessage("mig-1", entry, "UNKNOWN", null)));
        }

        Assert.Empty(await store.ReadAsync(t => t.Ranges.ListSpacesAsync("mig-1", Source)));
    }

    [Fact]
    public async Task Runners_come_and_go_and_progress_adds_up()
    {
        await using TStore store = await WithMessagesAsync();
        await store.WriteAsync(t => t.Ranges.AddRunnerAsync("mig-1", new MigrationRunner("run-1", "ses-1")));
        await store.WriteAsync(t => t.Ranges.AddRunnerAsync("mig-1", new MigrationRunner("run-2", "ses-1")));
        await store.WriteAsync(t => t.Ranges.AddProgressAsync("mig-1", 3, 5L << 40));
        await store.WriteAsync(t => t.Ranges.AddProgressAsync("mig-1", 1, 1));

        Assert.Equal(["run-1", "run-2"], (await store.ReadAsync(t => t.Ranges.ListRunnersAsync("mig-1"))).Select(runner => runner.Id));
        Assert.True(await store.WriteAsync(t => t.Ranges.RemoveRunnerAsync("mig-1", "run-1")));
        Assert.False(await store.WriteAsync(t => t.Ranges.RemoveRunnerAsync("mig-1", "run-1")));
        KeyMigration now = (await store.ReadAsync(t => t.Migrations.FindAsync("mig-1")))!;
        Assert.Equal((4L, (5L << 40) + 1, 5L, true), (now.Done, now.Bytes, now.Total, now.LowPriority));
    }

    private static MessageSource Source => new("acme", Kek);

    private static MigrationRange Range(long number, string last) => new()
    {
        MigrationId = "mig-1",
        Number = number,
        Source = Source,
        Space = Sample.Space,
        After = ObjectName.BeforeAll,
        Last = new ObjectName(last, ""),
    };

    private static async Task<TStore> WithMessagesAsync()
    {
        var store = new TStore();
        await store.WriteAsync(async t =>
        {
            await Sample.AddTenantWithKeyAsync(t, "acme");
            await t.Keys.AddAsync(Sample.Key("kek-other", "acme", "kp-acme", KeyEncryptionKeyStatus.Previous));
            await t.Migrations.AddAsync(
                Sample.Migration("mig-1", "acme", MigrationState.InProgress) with { Mode = MigrationMode.Reencrypt, Total = 5, LowPriority = true });
            await t.Catalog.AddPendingAsync(
                "res-1",
                [
                    .. new[] { "/a", "/b", "/c", "/d", "/e" }.Select(path => Sample.Entry("m" + path, "acme", path, Kek)),
                    Sample.Entry("other", "acme", "/bb", "kek-other"),
                ]);
            await t.Catalog.ConfirmAsync("res-1", Sample.Space);
        });
        return store;
    }
}
