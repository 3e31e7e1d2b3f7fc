using TenantEncryption.Anchors;
using TenantEncryption.Errors;
using TenantEncryption.Events;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Anchors;

/// <summary>Who writes the store, past its triggers, and takes this machine's heads away, is shown by an anchor that was kept where he can't write.</summary>
public sealed class AnchorAttackTests
{
    [Fact]
    public async Task A_tail_that_was_cut_is_named_by_its_tenant_and_number()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        scene.Service.Tamper("DELETE FROM events WHERE chain = 'acme' AND sequence >= 3");
        scene.ForgetHeads();

        EventLogTestResult result = await scene.RefusedAsync();

        Assert.Equal(("acme", (long?)3), (result.TenantId, result.FirstBad));
        await using TestService next = await scene.Service.OpenAnotherAsync();
        Assert.True((await next.Service.Events.VerifyAsync()).Success);
        Assert.False((await next.Service.Events.VerifyAsync("acme", anchors: [AnchorEvidence.OfFile(scene.File)])).Success);
        Assert.True((await next.Service.Events.VerifyAsync("globex", anchors: [AnchorEvidence.OfFile(scene.File)])).Success);
    }

    [Fact]
    public async Task A_tenant_that_was_taken_away_whole_is_named()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        scene.Service.Tamper("DELETE FROM key_encryption_keys WHERE tenant_id = 'globex'; DELETE FROM key_providers WHERE tenant_id = 'globex'; DELETE FROM tenants WHERE tenant_id = 'globex'; DELETE FROM events WHERE chain = 'globex'");
        scene.ForgetHeads();

        EventLogTestResult result = await scene.RefusedAsync();

        Assert.Equal(("globex", (long?)1), (result.TenantId, result.FirstBad));
    }

    [Fact]
    public async Task A_whole_older_store_is_refused_and_no_anchor_of_it_gets_into_the_file()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(2);
        string copy = scene.Service.Folders.At("copy.db");
        scene.Service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await scene.ChangeAsync();
        Anchor third = await scene.Anchors.MakeAsync(scene.Places);
        await scene.Service.CloseAsync();
        scene.Service.PutDatabase(copy);
        scene.ForgetHeads();

        Assert.Contains("lacks anchor 3; its last one is anchor 2", (await scene.RefusedAsync()).Detail, StringComparison.Ordinal);
        Assert.Contains("lacks anchor 3", (await scene.RefusedAsync(AnchorEvidence.Of(third.ToString()))).Detail, StringComparison.Ordinal);
        await using TestService restored = await scene.Service.OpenAnotherAsync();
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => restored.Service.Anchors.MakeAsync(scene.Places)));

        // The anchor that it makes now has the number of the one that was lost.
        await restored.Service.Keys.RotateAsync("globex");
        Assert.Equal(3, (await restored.Service.Anchors.MakeAsync()).Number);
        Assert.Equal(ErrorCodes.StoreRolledBack, await Refusal.CodeOfAsync(() => restored.Service.Anchors.MakeAsync(scene.Places)));
        Assert.Contains("another anchor 3", (await scene.RefusedAsync()).Detail, StringComparison.Ordinal);
        Assert.Equal(3, scene.Lines.Length);
    }

    [Fact]
    public async Task A_tail_that_is_cut_and_anchored_over_is_still_missed()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        scene.Service.Tamper("DELETE FROM events WHERE chain = 'acme' AND sequence >= 3");
        scene.ForgetHeads();
        await using (TestService next = await scene.Service.OpenAnotherAsync())
        {
            await next.Service.Keys.RotateAsync("globex");
            await next.Service.Anchors.MakeAsync(scene.Places);
            Assert.Contains(next.Warnings, warning => warning.Contains("'acme' is anchored as it was", StringComparison.Ordinal));
        }

        Assert.Equal(5, scene.Lines.Length);
        EventLogTestResult result = await scene.RefusedAsync(AnchorEvidence.Of(AnchorText(scene.Lines[4])));
        Assert.Equal(("acme", (long?)3), (result.TenantId, result.FirstBad));
    }

    [Fact]
    public async Task A_chain_that_who_holds_the_root_key_wrote_anew_is_named_by_the_first_event_that_differs()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(3);
        string copy = scene.Service.Folders.At("copy.db");
        string truth = scene.Service.Folders.At("truth.db");
        scene.Service.Sql("VACUUM INTO $copy", ("$copy", copy));
        await scene.ChangeAsync("acme");
        await scene.Anchors.MakeAsync(scene.Places);
        scene.Service.Sql("VACUUM INTO $copy", ("$copy", truth));

        // The service itself writes what might have been, and it takes the place of what was.
        await scene.Service.CloseAsync();
        scene.Service.PutDatabase(copy);
        scene.ForgetHeads();
        await using (TestService forger = await scene.Service.OpenAnotherAsync())
        {
            await forger.Service.Keys.RotateAsync("acme");
        }

        scene.Service.Tamper(
            """
            ATTACH $truth AS truth;
            DELETE FROM events WHERE chain = ''; INSERT INTO events (chain, sequence, log_key_id, json, mac) SELECT chain, sequence, log_key_id, json, mac FROM truth.events WHERE chain = '';
            DELETE FROM anchored_heads; INSERT INTO anchored_heads SELECT * FROM truth.anchored_heads;
            """,
            ("$truth", truth));
        scene.ForgetHeads();

        await using TestService next = await scene.Service.OpenAnotherAsync();
        Assert.True((await next.Service.Events.VerifyAsync()).Success);
        EventLogTestResult result = await scene.RefusedAsync();
        Assert.Equal(("acme", (long?)3), (result.TenantId, result.FirstBad));
        Assert.Contains("is not the one that anchor 4 covers", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_whose_state_is_altered_ends_no_anchor_of_the_others()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        await scene.ChangeAsync("acme");
        await scene.ChangeAsync("globex");
        scene.Service.Tamper("UPDATE events SET mac = zeroblob(32) WHERE chain = 'acme' AND sequence = (SELECT max(sequence) FROM events WHERE chain = 'acme')");
        await using TestService next = await scene.Service.OpenAnotherAsync();

        await next.Service.Anchors.MakeAsync(scene.Places);

        Assert.Contains(next.Warnings, warning => warning.Contains("'acme' is anchored as it was", StringComparison.Ordinal));
        Assert.True((await next.Service.Events.VerifyAsync("globex", anchors: [AnchorEvidence.OfFile(scene.File)])).Success);
        Assert.Equal("acme", (await scene.RefusedAsync()).TenantId);
    }

    [Fact]
    public async Task A_rollback_of_a_tenant_that_was_accepted_is_anchored_and_shown_by_the_anchors_before()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        scene.Service.Sql("VACUUM INTO $copy", ("$copy", scene.Service.Folders.At("copy.db")));
        await scene.ChangeAsync("acme");
        await scene.Anchors.MakeAsync(scene.Places);
        scene.Service.Tamper(
            """
            ATTACH $copy AS old;
            DELETE FROM key_encryption_keys WHERE tenant_id = 'acme'; INSERT INTO key_encryption_keys SELECT * FROM old.key_encryption_keys WHERE tenant_id = 'acme';
            DELETE FROM tenants WHERE tenant_id = 'acme'; INSERT INTO tenants SELECT * FROM old.tenants WHERE tenant_id = 'acme';
            DELETE FROM events WHERE chain = 'acme' AND sequence > 3;
            """,
            ("$copy", scene.Service.Folders.At("copy.db")));
        await using TestService next = await scene.Service.OpenAnotherAsync();
        await next.Service.AcceptRollbackAsync();

        Anchor after = await next.Service.Anchors.MakeAsync(scene.Places);

        Assert.DoesNotContain(next.Warnings, warning => warning.Contains("is anchored as it was", StringComparison.Ordinal));
        Assert.True((await scene.TestAsync(AnchorEvidence.Of(after))).Success);
        Assert.Equal(("acme", (long?)4), (await scene.RefusedAsync()) is var result ? (result.TenantId, result.FirstBad) : default);
    }

    [Theory]
    [InlineData("DELETE FROM anchored_heads")]
    [InlineData("DELETE FROM anchored_heads WHERE anchor = 3")]
    [InlineData("DELETE FROM anchored_heads WHERE chain = 'acme' AND anchor = 2")]
    [InlineData("DELETE FROM anchored_heads WHERE chain = 'acme' AND anchor = 4")]
    [InlineData("UPDATE anchored_heads SET sequence = sequence - 1 WHERE chain = 'acme' AND anchor = 4")]
    [InlineData("UPDATE anchored_heads SET sequence = sequence + 1 WHERE chain = '' AND anchor = 4")]
    [InlineData("UPDATE anchored_heads SET mac = zeroblob(32) WHERE chain = 'globex' AND anchor = 1")]
    [InlineData("UPDATE anchored_heads SET chain = 'globex2' WHERE chain = 'globex'")]
    [InlineData("UPDATE anchored_heads SET anchor = 5 WHERE anchor = 4")]
    [InlineData("INSERT INTO anchored_heads SELECT 'more', anchor, sequence, mac FROM anchored_heads WHERE anchor = 2 LIMIT 1")]
    [InlineData("DELETE FROM events WHERE chain = 'acme' AND sequence >= 3; UPDATE anchored_heads SET sequence = 2, mac = (SELECT mac FROM events WHERE chain = 'acme' AND sequence = 2) WHERE chain = 'acme' AND anchor = 4")]
    public async Task What_the_store_keeps_of_anchors_can_be_altered_to_no_effect_but_a_refusal(string statement)
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        scene.Service.Tamper(statement);
        scene.ForgetHeads();

        EventLogTestResult result = await scene.RefusedAsync();

        Assert.StartsWith("The anchors: ", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planted_anchor_is_none()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(2);
        await scene.Service.Service.RootKey.RotateAsync();
        scene.Service.Tamper(
            """
            UPDATE events SET json = json_set(json, '$.type', 'tenantencryption.v1.anchor.made', '$.data', json('{"number":9,"chains":1,"root":"00","previous":null}'))
            WHERE chain = '' AND sequence = (SELECT max(sequence) FROM events WHERE chain = '') - 1;
            """);
        scene.ForgetHeads();
        await using TestService next = await scene.Service.OpenAnotherAsync();

        Assert.Equal(ErrorCodes.StoreAltered, await Refusal.CodeOfAsync(() => next.Service.Anchors.MakeAsync(scene.Places)));
        Assert.Equal(2, scene.Lines.Length);
    }

    [Fact]
    public async Task Another_stores_file_is_refused_and_not_appended_to()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(2);
        await using AnchorScene other = await AnchorScene.MakeAsync(2);

        Assert.Contains("of another store", (await scene.RefusedAsync(AnchorEvidence.OfFile(other.File))).Detail, StringComparison.Ordinal);
        await scene.RefusedAsync(AnchorEvidence.Of(TenantEncryption.Anchors.AnchorEvidence.OfFile(other.File).Marks[1].ToString()));
        await scene.ChangeAsync();
        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Anchors.MakeAsync(new AnchorPlaces { Path = other.File })));
        Assert.Equal(2, other.Lines.Length);
    }

    /// <summary>What becomes of the lines of a file, and what is said of it.</summary>
    public static TheoryData<string, string> Alterations => new()
    {
        { "remove", "does not follow anchor 1" },
        { "swap", "does not follow" },
        { "repeat", "does not follow" },
        { "root", "was altered" },
        { "number", "was altered" },
        { "time", "was altered" },
        { "hash", "was altered" },
        { "previous", "was altered" },
        { "text", "is no anchor" },
        { "empty", "is no anchor" },
        { "forge", "does not follow anchor 1" },
        { "forgeLast", "another anchor 4" },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task A_file_whose_lines_were_altered_is_refused(string how, string detail)
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync();
        List<string> lines = [.. scene.Lines];
        Anchor[] anchors = [.. (await scene.Anchors.ListAsync().ToListAsync())];
        string zeros = new('0', 64);
        switch (how)
        {
            case "remove":
                lines.RemoveAt(1);
                break;
            case "swap":
                (lines[1], lines[2]) = (lines[2], lines[1]);
                break;
            case "repeat":
                lines.Insert(1, lines[1]);
                break;
            case "root":
                lines[1] = lines[1].Replace(anchors[1].Root, zeros, StringComparison.Ordinal);
                break;
            case "number":
                lines[1] = lines[1].Replace("\"number\":2", "\"number\":3", StringComparison.Ordinal);
                break;
            case "time":
                lines[1] = lines[1].Replace("\"time\":\"2", "\"time\":\"3", StringComparison.Ordinal);
                break;
            case "hash":
                lines[1] = lines[1].Replace(anchors[1].Hash, zeros, StringComparison.Ordinal);
                break;
            case "previous":
                lines[1] = lines[1].Replace(anchors[0].Hash, zeros, StringComparison.Ordinal);
                break;
            case "text":
                lines[1] = "nonsense";
                break;
            case "empty":
                lines.Insert(1, "");
                break;
            case "forge":
                lines[1] = Line(anchors[1] with { Root = zeros, Previous = zeros });
                break;
            default:
                lines[3] = Line(anchors[3] with { Root = zeros });
                break;
        }

        File.WriteAllLines(scene.File, lines);

        Assert.Contains(detail, (await scene.RefusedAsync()).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_process_left_of_a_line_is_passed_over_and_written_over()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(2);
        string whole = File.ReadAllText(scene.File);
        File.WriteAllText(scene.File, whole + scene.Lines[1][..40]);

        Assert.Equal((true, 2), (await scene.TestAsync()) is var result ? (result.Success, result.Anchors) : default);
        await scene.ChangeAsync();
        await scene.Anchors.MakeAsync(scene.Places);

        Assert.StartsWith(whole, File.ReadAllText(scene.File), StringComparison.Ordinal);
        Assert.Equal((true, 3), (await scene.TestAsync()) is var after ? (after.Success, after.Anchors) : default);
    }

    [Theory]
    [InlineData("notes of somebody\n")]
    [InlineData("{\"json\":\"of something else\"}")]
    [InlineData("\n")]
    public async Task A_file_of_something_else_stays_as_it_is(string content)
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(1);
        string file = scene.Service.Folders.At("notes");
        File.WriteAllText(file, content);

        Assert.Equal(ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => scene.Anchors.MakeAsync(new AnchorPlaces { Path = file })));
        Assert.Equal(content, File.ReadAllText(file));
    }

    [Fact]
    public async Task A_file_is_its_owners_alone()
    {
        await using AnchorScene scene = await AnchorScene.MakeAsync(1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.File));
        }

        File.WriteAllText(scene.File, "");
        Refusal.Is(ErrorCodes.InvalidInput, () => AnchorEvidence.OfFile(scene.File));
        Refusal.Is(ErrorCodes.SourceNotFound, () => AnchorEvidence.OfFile(scene.File + "x"));
    }

    private static string Line(Anchor anchor) => TenantEncryption.Anchors.AnchorText.Write(anchor);

    private static Anchor AnchorText(string line) => TenantEncryption.Anchors.AnchorText.TryRead(line, out Anchor? anchor) ? anchor : throw new InvalidOperationException(line);
}
