using Newtonsoft.Json.Linq;
using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Events;

/// <summary>The first events of a chain moved into a file. A hundred seconds lie between two events, by a clock of the test's own.</summary>
public sealed class ArchiveTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(100);

    private readonly ManualTimeProvider _clock = new();
    private readonly List<DateTimeOffset> _times = [];
    private TestService _service = null!;

    private EventArchiveService Archives => _service.Service.Archives;

    private string First => _service.Folders.At("first.jsonl");

    private string Second => _service.Folders.At("second.jsonl");

    /// <summary>Tenant acme with eight events, and a bystander.</summary>
    public async Task InitializeAsync()
    {
        _service = await TestService.OpenAsync(options => options with { Time = _clock });
        await _service.Service.Tenants.CreateAsync(new() { TenantId = "bystander" });
        _times.Add(_clock.GetUtcNow());
        await _service.Service.Tenants.CreateAsync(new() { TenantId = "acme" });
        await RotateAsync(7);
    }

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task What_is_older_leaves_the_store_and_all_verifies_with_its_archive_and_without()
    {
        EventLogHead noted = Head(2);
        EventLogHead last = await _service.Service.Events.GetHeadAsync("acme");

        ArchivedEvents archived = (await ArchiveAsync(5, First))!;

        Assert.Equal(("acme", 1L, 4L, 4L, First), (archived.TenantId, archived.First, archived.Last, archived.Count, archived.Path));
        Assert.Equal([5L, 6, 7, 8, 9], await SequencesAsync());
        Assert.Equal(5, File.ReadAllLines(First).Length);
        EventLogTestResult without = await TestAsync();
        EventLogTestResult with = await TestAsync(First);
        Assert.Equal([(true, 4L), (true, 0L)], new[] { without, with }.Select(result => (result.Success, result.Archived)));
        Assert.Equal(4, with.Records - without.Records);
        Assert.Contains("4 events in archives that were not given were not looked at", without.Excludes, StringComparison.Ordinal);
        Assert.DoesNotContain("archive", with.Excludes, StringComparison.Ordinal);

        // Heads of before: of what is there, and of what is in the archive alone.
        Assert.True((await _service.Service.Events.VerifyAsync("acme", [last])).Success);
        Assert.Equal(ErrorCodes.EventsArchived, await Refusal.CodeOfAsync(() => _service.Service.Events.VerifyAsync("acme", [noted])));
        Assert.True((await _service.Service.Events.VerifyAsync("acme", [noted], archives: [First])).Success);
        Assert.False((await _service.Service.Events.VerifyAsync("acme", [noted with { Mac = last.Mac }], archives: [First])).Success);
    }

    [Fact]
    public async Task The_tenant_goes_on_in_this_process_and_in_others_whatever_head_they_saw_last()
    {
        byte[] message = await _service.ProtectValueAsync([1]);
        string heads = _service.Folders.At("heads");
        await using TestService other = await _service.OpenAnotherAsync(options => options with { Time = _clock, LogHeadFolder = heads });
        await other.Service.Keys.RotateAsync("acme");
        await RotateAsync(3);
        await ArchiveAsync(11, First);

        await _service.Service.Keys.RotateAsync("acme");
        Assert.Equal([1], await other.ReadValueAsync(message));
        await using TestService later = await _service.OpenAnotherAsync(options => options with { LogHeadFolder = heads });
        Assert.Equal([1], await later.ReadValueAsync(message));
        Assert.Empty((await later.Service.DescribeAsync()).RolledBack);
        Assert.True((await later.Service.Events.VerifyAsync()).Success);
        Assert.True((await later.Service.Events.VerifyAsync(archives: [First])).Success);
    }

    [Fact]
    public async Task Archives_follow_each_other()
    {
        await ArchiveAsync(3, First);
        await RotateAsync(2);
        ArchivedEvents second = (await ArchiveAsync(7, Second))!;

        Assert.Equal((3L, 6L), (second.First, second.Last));
        Assert.Equal((true, 0L), await OutcomeAsync(First, Second));
        Assert.Equal((true, 0L), await OutcomeAsync(Second, First));
        Assert.Equal((true, 2L), await OutcomeAsync(Second));
        Assert.Equal((true, 4L), await OutcomeAsync(First));
        Assert.Equal((true, 6L), await OutcomeAsync());
    }

    [Fact]
    public async Task The_store_has_a_chain_that_can_be_archived_too_and_its_last_anchor_stays()
    {
        string file = _service.Folders.At("anchors");
        for (int i = 0; i < 4; i++)
        {
            await RotateAsync(1);
            await _service.Service.Anchors.MakeAsync(new AnchorPlaces { Path = file });
        }

        ArchivedEvents archived = (await Archives.ExportAsync(null, DateTimeOffset.MaxValue, First))!;

        Assert.Equal((1L, 3L), (archived.First, archived.Last));
        EventLogTestResult old = await _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.OfFile(file)]);
        Assert.Equal((true, 4), (old.Success, old.Anchors));
        await RotateAsync(1);
        await _service.Service.Anchors.MakeAsync(new AnchorPlaces { Path = file });
        EventLogTestResult whole = await _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.OfFile(file)], archives: [First]);
        Assert.Equal((true, 5, 0L), (whole.Success, whole.Anchors, whole.Archived));
        string[] lines = File.ReadAllLines(file);
        Assert.True((await _service.Service.Events.VerifyAsync(anchors: [.. lines.Select(AnchorEvidence.Of)])).Success);
        Assert.False((await _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of("1:" + new string('0', 64))])).Success);
    }

    [Fact]
    public async Task An_anchor_that_covers_what_is_archived_now_is_compared_with_the_archive()
    {
        Anchor early = await _service.Service.Anchors.MakeAsync();
        await RotateAsync(2);
        Anchor late = await _service.Service.Anchors.MakeAsync();
        await RotateAsync(2);
        await ArchiveAsync(10, First);

        Assert.Equal(ErrorCodes.EventsArchived, await Refusal.CodeOfAsync(() => _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of(early)])));
        Assert.True((await _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of(early)], archives: [First])).Success);
        Assert.True((await _service.Service.Events.VerifyAsync(anchors: [AnchorEvidence.Of(early), AnchorEvidence.Of(late)])).Success);
        await _service.Service.Anchors.MakeAsync();
        Assert.True((await _service.Service.Anchors.ProveAsync("acme", 1)).Verify(AnchorEvidence.Of(early)).Success);
    }

    [Fact]
    public async Task A_head_at_the_end_of_the_archive_is_compared_without_it()
    {
        EventLogHead end = Head(4);
        await ArchiveAsync(5, First);

        Assert.True((await _service.Service.Events.VerifyAsync("acme", [end])).Success);
        Assert.False((await _service.Service.Events.VerifyAsync("acme", [end with { Mac = new string('0', 64) }])).Success);
    }

    [Fact]
    public async Task The_root_key_may_be_rotated_before_and_after()
    {
        await _service.Service.RootKey.RotateAsync();
        await RotateAsync(2);
        await ArchiveAsync(9, First);
        await _service.Service.RootKey.RotateAsync();
        await RotateAsync(2);
        Assert.Equal((true, 0L), await OutcomeAsync(First));
        await Archives.ExportAsync("acme", DateTimeOffset.MaxValue, Second);

        Assert.Equal((true, 0L), await OutcomeAsync(First, Second));
        Assert.True((await TestAsync()).Success);
    }

    [Fact]
    public async Task The_last_event_stays_and_what_nothing_is_older_than_makes_no_file()
    {
        Assert.Null(await Archives.ExportAsync("acme", _times[0], First));
        Assert.False(File.Exists(First));
        Assert.Equal(7, (await Archives.ExportAsync("acme", DateTimeOffset.MaxValue, First))!.Last);
        Assert.Equal([8L, 9], await SequencesAsync());
        Assert.Null(await Archives.ExportAsync("acme", _times[7], Second));
        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => Archives.ExportAsync("nobody", DateTimeOffset.MaxValue, Second)));
    }

    [Fact]
    public async Task What_an_unfinished_migration_began_with_stays()
    {
        KeyProvider next = await _service.RegisterAsync("Next");
        using var stop = new CancellationTokenSource();
        var progress = new Told<KeyMigration>(now =>
        {
            if (now.Done > 0)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _service.Service.Migrations.StartAsync("acme", next.Id, progress: progress, cancellationToken: stop.Token));
        long triggered = (long)_service.SqlValue("SELECT max(sequence) FROM events WHERE chain = 'acme' AND type LIKE '%.triggered'")!;

        Assert.Equal(triggered - 1, (await Archives.PlanAsync("acme", DateTimeOffset.MaxValue))!.Last);
        await _service.Service.Migrations.ResumeAsync(Assert.Single(await _service.Service.Migrations.ListAsync("acme")).Id);
        Assert.True((await Archives.PlanAsync("acme", DateTimeOffset.MaxValue))!.Last > triggered);
    }

    [Fact]
    public async Task A_file_that_is_there_stays()
    {
        await ArchiveAsync(3, First);
        string content = File.ReadAllText(First);
        File.WriteAllText(Second, "notes");

        Assert.Equal(ErrorCodes.OutputExists, await Refusal.CodeOfAsync(() => ArchiveAsync(6, First)));
        Assert.Equal(ErrorCodes.OutputExists, await Refusal.CodeOfAsync(() => ArchiveAsync(6, Second)));
        Assert.Equal(ErrorCodes.OutputExists, await Refusal.CodeOfAsync(() => ArchiveAsync(6, _service.Folders.Store)));
        Assert.Equal((content, "notes"), (File.ReadAllText(First), File.ReadAllText(Second)));
        Assert.Equal(3, (await SequencesAsync())[0]);
    }

    [Fact]
    public async Task What_was_interrupted_after_the_file_is_done_by_a_repeat()
    {
        await using (TestService hasty = await _service.OpenAnotherAsync(busyTimeout: TimeSpan.FromMilliseconds(100)))
        using (_service.Lock())
        {
            Assert.Equal(ErrorCodes.StoreLocked, await Refusal.CodeOfAsync(() => hasty.Service.Archives.ExportAsync("acme", _times[4], First)));
        }

        Assert.True(File.Exists(First));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 8], await SequencesAsync());
        Assert.Equal((true, 0L), await OutcomeAsync(First));

        await RotateAsync(1);
        Assert.Equal(5, (await ArchiveAsync(6, First))!.Last);
        Assert.Equal((true, 0L), await OutcomeAsync(First));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(First)!, "first*"));
    }

    [Fact]
    public async Task A_disk_that_can_not_be_written_leaves_the_store_as_it_was()
    {
        Assert.Equal(ErrorCodes.StorageFailed, await Refusal.CodeOfAsync(() => ArchiveAsync(5, _service.Folders.At("no/such/folder"))));
        Assert.Equal(8, (await SequencesAsync()).Count);
    }

    [Fact]
    public async Task Two_that_archive_at_once_archive_once()
    {
        await using TestService other = await _service.OpenAnotherAsync();
        Task<ArchivedEvents?>[] both;
        using (_service.Lock())
        {
            // Both have written their files, and wait for the store.
            both = [ArchiveAsync(5, First), other.Service.Archives.ExportAsync("acme", _times[5], Second)];
            while (!File.Exists(First) || !File.Exists(Second))
            {
                Assert.DoesNotContain(both, one => one.IsCompleted);
                await Task.Delay(5);
            }
        }

        await Task.WhenAll(both).ContinueWith(_ => { }, TaskScheduler.Default);

        Task<ArchivedEvents?> refused = Assert.Single(both, one => one.IsFaulted);
        Assert.Equal(ErrorCodes.StoreLocked, Assert.IsType<TenantEncryptionException>(refused.Exception!.InnerException).Code);
        string file = Assert.Single(new[] { First, Second }, File.Exists);
        Assert.Equal((true, 0L), await OutcomeAsync(file));
        Assert.Single(await _service.EventsAsync(), one => one.Type.EndsWith(EventTypes.EventsArchived, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_event_is_not_archived_away()
    {
        _service.Tamper("UPDATE events SET json = json_set(json, '$.userid', 'nobody') WHERE chain = 'acme' AND sequence = 3");

        TenantEncryptionException refusal = await Refusal.OfAsync(() => ArchiveAsync(5, First));

        Assert.Equal(ErrorCodes.EventLogAltered, refusal.Code);
        Assert.Contains("event 3 does not verify", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(First));
        Assert.Equal(8, (await SequencesAsync()).Count);
    }

    /// <summary>What somebody does to the store after an archive up to event 4, and where the test finds it.</summary>
    public static TheoryData<string, int> Attacks => new()
    {
        { "DELETE FROM events WHERE chain = 'acme' AND sequence <= 5", 5 },
        { "DELETE FROM events WHERE chain = 'acme' AND sequence <= 6", 5 },
        { "DELETE FROM events WHERE chain = 'acme' AND sequence = 6", 6 },
        { "DELETE FROM events WHERE chain = 'acme' AND sequence <= 5; UPDATE events SET json = json_set(json, '$.data.upTo', 5) WHERE chain = 'acme' AND sequence = 9", 6 },
        { "DELETE FROM events WHERE chain = 'acme' AND sequence <= 5; UPDATE events SET json = json_set(json, '$.data.upTo', 5, '$.data.mac', lower(hex((SELECT mac FROM old.events WHERE chain = 'acme' AND sequence = 5)))) WHERE chain = 'acme' AND sequence = 9", 9 },
        { "DELETE FROM events WHERE chain = 'acme' AND sequence = 9", 1 },
        { "UPDATE events SET json = json_set(json, '$.data.upTo', 3) WHERE chain = 'acme' AND sequence = 9", 4 },
        { "DELETE FROM events WHERE chain = 'bystander' AND sequence = 1", 1 },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Events_that_the_chain_does_not_tell_to_be_archived_are_missing(string statement, int firstBad)
    {
        string copy = _service.Folders.At("copy.db");
        _service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await _service.Service.Keys.RotateAsync("bystander");
        await ArchiveAsync(5, First);
        _service.Tamper("ATTACH $copy AS old; " + statement, ("$copy", copy));
        foreach (string head in Directory.GetFiles(_service.Folders.RootKeys, "*.head", SearchOption.AllDirectories))
        {
            File.Delete(head);
        }

        foreach (string[] archives in new string[][] { [], [First] })
        {
            await using TestService next = await _service.OpenAnotherAsync();
            EventLogTestResult result = await next.Service.Events.VerifyAsync(archives: archives);
            Assert.Equal((ErrorCodes.EventLogAltered, (long?)firstBad), (result.Code, result.FirstBad));
        }
    }

    [Fact]
    public async Task An_older_event_that_tells_of_an_archive_does_not_tell_of_more()
    {
        await ArchiveAsync(3, First);
        await RotateAsync(4);
        _service.Tamper("DELETE FROM events WHERE chain = 'acme' AND sequence <= 5");

        EventLogTestResult result = await TestAsync();

        Assert.Equal((ErrorCodes.EventLogAltered, "acme", (long?)3), (result.Code, result.TenantId, result.FirstBad));
    }

    [Fact]
    public async Task A_chain_put_back_as_it_was_before_the_archive_is_rolled_back()
    {
        string copy = _service.Folders.At("copy.db");
        _service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await ArchiveAsync(5, First);
        await _service.CloseAsync();
        _service.PutDatabase(copy);
        await using TestService next = await _service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.EventLogAltered, (await next.Service.Events.VerifyAsync()).Code);
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => next.Service.Keys.RotateAsync("acme")));
    }

    /// <summary>What somebody does to the file, and what is said.</summary>
    public static TheoryData<string, string> Alterations => new()
    {
        { "cut", "ends before event 4" },
        { "remove", "is not event 2" },
        { "swap", "is not event 2" },
        { "text", "event 2 does not verify" },
        { "mac", "event 2 does not verify" },
        { "key", "event 2 is signed by log key 2" },
        { "nonsense", "is not event 2" },
        { "more", "is not event 5" },
        { "shorter", "tells of no archive up to event 3" },
        { "before", "event 1 does not verify" },
        { "tail", "does not follow event 1 of the chain" },
        { "space", "is not the file that was written" },
        { "tenant", "is not event 1" },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task A_file_that_was_altered_is_refused(string how, string detail)
    {
        await ArchiveAsync(5, First);
        List<string> lines = [.. File.ReadAllLines(First)];
        switch (how)
        {
            case "cut":
                lines.RemoveAt(4);
                break;
            case "remove":
                lines.RemoveAt(2);
                break;
            case "swap":
                (lines[2], lines[3]) = (lines[3], lines[2]);
                break;
            case "text":
                lines[2] = lines[2].Replace("tester", "nobody", StringComparison.Ordinal);
                break;
            case "mac":
                lines[2] = Set(lines[2], "mac", new string('0', 64));
                break;
            case "key":
                lines[2] = Set(lines[2], "logKeyId", 2);
                break;
            case "nonsense":
                lines[2] = "nonsense";
                break;
            case "more":
                lines.Add(lines[4]);
                break;
            case "shorter":
                lines.RemoveAt(4);
                lines[0] = Set(lines[0], "last", 3);
                break;
            case "before":
                lines[0] = Set(lines[0], "macBefore", new string('0', 64));
                break;
            case "tail":
                string mac = (string)JObject.Parse(lines[1])["mac"]!;
                lines.RemoveAt(1);
                lines[0] = Set(Set(lines[0], "first", 2), "macBefore", mac);
                break;
            case "space":
                lines[2] = lines[2].Replace("\"sequence\":", "\"sequence\": ", StringComparison.Ordinal);
                break;
            default:
                lines[0] = Set(lines[0], "tenantId", "bystander");
                break;
        }

        File.WriteAllLines(First, lines);

        EventLogTestResult result = await TestAsync(First);

        Assert.Equal(ErrorCodes.EventLogAltered, result.Code);
        Assert.Contains(detail, result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_archive_of_the_store_is_refused()
    {
        await ArchiveAsync(5, First);
        File.WriteAllText(Second, "{}");
        await using TestService other = await TestService.WithTenantAsync();

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => TestAsync(Second)));
        Assert.Equal(ErrorCodes.SourceNotFound, await Refusal.CodeOfAsync(() => TestAsync(Second + "x")));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => other.Service.Events.VerifyAsync(archives: [First])));
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => _service.Service.Events.VerifyAsync("bystander", archives: [First])));
    }

    [Fact]
    public async Task A_file_is_its_owners_alone_and_holds_the_text_of_each_event_as_it_was()
    {
        List<string> before = [.. Enumerable.Range(1, 4).Select(sequence => (string)_service.SqlValue("SELECT json FROM events WHERE chain = 'acme' AND sequence = $n", ("$n", sequence))!)];
        ArchivedEvents archived = (await ArchiveAsync(5, First))!;

        Assert.Equal(before, File.ReadAllLines(First).Skip(1).Select(line => (string)JObject.Parse(line)["event"]!));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(First))), archived.Hash);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(First));
        }
    }

    [Theory]
    [InlineData(null, "store-events-1-9.jsonl")]
    [InlineData("acme", "tenant-acme-events-1-9.jsonl")]
    [InlineData("../a b", "tenant-..%2Fa%20b-events-1-9.jsonl")]
    public void A_name_in_a_folder_is_one_that_a_file_can_have(string? tenantId, string name) =>
        Assert.Equal(name, EventArchiveService.NameOf(new ArchivedEvents { TenantId = tenantId, First = 1, Last = 9 }));

    [Fact]
    public void The_names_of_long_ids_differ()
    {
        string[] names = [.. new[] { "a", "b" }.Select(end => EventArchiveService.NameOf(new ArchivedEvents { TenantId = new string('ü', 255) + end, First = 1, Last = 9 }))];

        Assert.Equal(2, names.Distinct().Count());
        Assert.All(names, name => Assert.True(name.Length < 200));
    }

    [Fact]
    public async Task The_chains_that_begin_later_are_listed()
    {
        Assert.Empty(await _service.Service.Events.ListArchivedAsync());
        await ArchiveAsync(5, First);

        Assert.Equal(new Dictionary<string, long> { ["acme"] = 4 }, await _service.Service.Events.ListArchivedAsync());
    }

    private static string Set(string line, string name, JToken value)
    {
        JObject json = JObject.Parse(line);
        json[name] = value;
        return json.ToString(Newtonsoft.Json.Formatting.None);
    }

    // Archives what is older than an event of acme.
    private Task<ArchivedEvents?> ArchiveAsync(int than, string path) => Archives.ExportAsync("acme", _times[than - 1], path);

    private async Task RotateAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _clock.Advance(Step);
            _times.Add(_clock.GetUtcNow());
            await _service.Service.Keys.RotateAsync("acme");
        }
    }

    private EventLogHead Head(int sequence) => new(
        "acme", sequence, Convert.ToHexStringLower((byte[])_service.SqlValue("SELECT mac FROM events WHERE chain = 'acme' AND sequence = $n", ("$n", sequence))!));

    private async Task<List<long>> SequencesAsync() =>
        (await _service.Service.Events.ListAsync(new EventFilter { TenantId = "acme" }).ToListAsync()).ConvertAll(one => one.Sequence);

    private async Task<EventLogTestResult> TestAsync(params string[] archives)
    {
        await using TestService next = await _service.OpenAnotherAsync();
        return await next.Service.Events.VerifyAsync(archives: archives);
    }

    private async Task<(bool Success, long Archived)> OutcomeAsync(params string[] archives) =>
        await TestAsync(archives) is var result ? (result.Success, result.Archived) : default;
}
