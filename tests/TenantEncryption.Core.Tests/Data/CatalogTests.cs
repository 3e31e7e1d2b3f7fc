using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

public sealed class CatalogTests
{
    [Fact]
    public async Task A_file_that_is_not_the_message_that_was_written_there_is_a_warning_and_with_strict_an_error()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        string other = await service.ProtectAsync(service.Folders.Random("other"));
        File.Copy(other, one, overwrite: true);

        FileOutcome<UnprotectedFile> warned = await service.UnprotectAsync(one, service.Folders.At("out1"));
        FileOutcome<UnprotectedFile> refused = await service.UnprotectAsync(one, service.Folders.At("out2"), new UnprotectOptions { Strict = true });
        FileOutcome<UnprotectedFile> untouched = await service.UnprotectAsync(other, service.Folders.At("out3"), new UnprotectOptions { Strict = true });

        Assert.StartsWith(ErrorCodes.MessageSubstituted, warned.Warning, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(service.Folders.At("other")), File.ReadAllBytes(service.Folders.At("out1")));
        Assert.Equal(ErrorCodes.MessageSubstituted, refused.Error?.Code);
        Assert.False(File.Exists(service.Folders.At("out2")));
        Assert.Null(untouched.Warning);
    }

    [Fact]
    public async Task An_older_message_put_back_is_seen()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        byte[] older = File.ReadAllBytes(message);
        await service.ProtectAsync([new FileRequest(source, message)], new ProtectOptions { Force = true });
        File.WriteAllBytes(message, older);

        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true });

        Assert.Equal(ErrorCodes.MessageSubstituted, read.Error?.Code);
    }

    [Fact]
    public async Task A_path_spelled_otherwise_is_the_same_entry()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string one = await service.ProtectAsync(service.Folders.Random("one"));
        string other = await service.ProtectAsync(service.Folders.Random("other"));
        File.Copy(other, one, overwrite: true);

        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(
            Path.Combine(service.Folders.Work, ".", "one.tenc"), service.Folders.At("out"), new UnprotectOptions { Strict = true });

        Assert.Equal(ErrorCodes.MessageSubstituted, read.Error?.Code);
    }

    [Fact]
    public async Task Replacing_a_message_replaces_its_entry()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        FileOutcome<ProtectedFile> second = Assert.Single(await service.ProtectAsync([new FileRequest(source, message)], new ProtectOptions { Force = true }));

        MessageInfo entry = Assert.Single(await service.Service.Data.ListCatalogAsync("acme").ToListAsync());

        Assert.Equal((second.Result!.MessageId, message, 1000), (entry.MessageId, entry.Path, entry.Length));
        Assert.Equal(1, (await service.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task Death_between_the_row_and_the_rename_leaves_no_entry()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await DieAsync(service, effects => effects.BeforeRename = (_, _) => throw new ProcessDiedException());

        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal((0L, 0L), Entries(service));
        Assert.False(File.Exists(message));
    }

    [Fact]
    public async Task Death_between_the_rename_and_the_confirmation_leaves_an_entry()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await DieAsync(service, effects => effects.AfterRename = _ => throw new ProcessDiedException());
        Assert.Equal((0L, 1L), Entries(service));

        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal((1L, 0L), Entries(service));
        Assert.Equal(1, (await next.InternalAsync()).MessageCount);
        FileOutcome<UnprotectedFile> read = await next.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true });
        Assert.Null(read.Error);
        Assert.Equal(File.ReadAllBytes(service.Folders.At("one")), File.ReadAllBytes(service.Folders.At("out")));
    }

    [Fact]
    public async Task Death_after_the_rename_over_an_old_message_replaces_its_entry()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await DieAsync(service, effects => effects.AfterRename = _ => throw new ProcessDiedException());

        await using TestService next = await service.OpenAnotherAsync();

        Assert.Equal((1L, 0L), Entries(service));
        Assert.Null((await next.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Error);
    }

    [Fact]
    public async Task An_entry_whose_file_can_not_be_looked_at_now_stays_and_counts()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await DieAsync(service, effects => effects.AfterRename = _ => throw new ProcessDiedException());
        using (new FileStream(message, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await using TestService next = await service.OpenAnotherAsync();
            Assert.Equal(1, (await next.InternalAsync()).MessageCount);
        }

        await using TestService later = await service.OpenAnotherAsync();
        Assert.Equal((1L, 0L), Entries(service));
    }

    [Fact]
    public async Task What_a_writer_of_another_machine_left_is_that_machines_to_settle_and_counts_until_then()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await DieAsync(service, effects => effects.AfterRename = _ => throw new ProcessDiedException());

        await using (TestService elsewhere = await service.OpenAnotherAsync(options => options with { Machine = "elsewhere" }))
        {
            Assert.Equal((0L, 1L), Entries(service));
            Assert.Equal(1, (await elsewhere.InternalAsync()).MessageCount);
        }

        await using TestService here = await service.OpenAnotherAsync();
        Assert.Equal((1L, 0L), Entries(service));
        Assert.Equal(message, Assert.Single(await here.Service.Data.ListCatalogAsync("acme").ToListAsync()).Path);
    }

    [Fact]
    public async Task The_same_path_on_two_machines_is_two_files()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        await using TestService elsewhere = await service.OpenAnotherAsync(options => options with { Machine = "elsewhere" });
        string message = await elsewhere.ProtectAsync(source);
        File.Delete(message);
        await service.ProtectAsync(source);

        IReadOnlyList<MessageInfo> entries = await service.Service.Data.ListCatalogAsync("acme").ToListAsync();

        Assert.Equal([("file://localhost", message, message), ("file://elsewhere", null, message)], entries.OrderByDescending(entry => entry.Space).Select(entry => (entry.Space, entry.Path, entry.Name)));
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Error);
        Assert.Equal(ErrorCodes.MessageSubstituted, (await elsewhere.UnprotectAsync(message, service.Folders.At("other"), new UnprotectOptions { Strict = true })).Error?.Code);
    }

    [Fact]
    public async Task Of_a_writer_that_died_each_entry_is_settled_by_itself()
    {
        await using TestService service = await TestService.WithTenantAsync();
        FileRequest[] files = [.. "abc".Select(c => new FileRequest(service.Folders.Random(c.ToString()), service.Folders.At(c + ".tenc")))];
        await DieAsync(service, effects => effects.BeforeFlushFolder = _ => throw new ProcessDiedException(), files);
        File.Delete(files[0].Destination);
        using (new FileStream(files[1].Destination, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await using TestService next = await service.OpenAnotherAsync();
            Assert.Equal((1L, 1L), Entries(service));
            Assert.Equal(2, (await next.InternalAsync()).MessageCount);
            Assert.Equal(files[2].Destination, Assert.Single(await next.Service.Data.ListCatalogAsync("acme").ToListAsync()).Path);
        }

        await using TestService later = await service.OpenAnotherAsync();

        Assert.Equal((2L, 0L), Entries(service));
        Assert.Equal(2, (await later.InternalAsync()).MessageCount);
    }

    [Fact]
    public async Task A_slow_writer_that_was_taken_for_dead_before_its_rename_has_its_entry_all_the_same()
    {
        await using TestService service = await TestService.WithTenantAsync();
        TestService? judge = null;
        var effects = new HookedFileEffects
        {
            BeforeRename = (_, _) =>
            {
                service.EndProcesses();
                judge = service.OpenAnotherAsync().GetAwaiter().GetResult();
            },
        };
        await using TestService slow = await service.OpenAnotherAsync(options => options with { FileEffects = effects });

        string message = await slow.ProtectAsync(service.Folders.Random("one"));

        await using TestService owned = judge!;
        Assert.Equal((1L, 0L), Entries(service));
        Assert.Equal(1, (await service.InternalAsync()).MessageCount);
        Assert.Null((await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { Strict = true })).Error);
    }

    [Fact]
    public async Task A_slow_writer_whose_key_was_removed_meanwhile_leaves_no_message_that_nobody_can_read()
    {
        (TestService service, var cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        var effects = new HookedFileEffects
        {
            BeforeRename = (_, _) =>
            {
                service.EndProcesses();
                TestService judge = service.OpenAnotherAsync().GetAwaiter().GetResult();
                judge.Service.Providers.EnableAsync(judge.RegisterAsync("Next").GetAwaiter().GetResult().Id).GetAwaiter().GetResult();
                judge.Service.Providers.RemoveAsync(cmk.Id, force: true).GetAwaiter().GetResult();
                judge.CloseAsync().GetAwaiter().GetResult();
            },
        };
        await using TestService slow = await service.OpenAnotherAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");

        FileOutcome<ProtectedFile> outcome = Assert.Single(await slow.ProtectAsync(
            [new FileRequest(source, source + ".tenc")], new ProtectOptions { RemoveSource = true }));

        Assert.Equal(ErrorCodes.LeaseLost, outcome.Error?.Code);
        Assert.True(File.Exists(source));
        Assert.False(File.Exists(source + ".tenc"));
        Assert.Equal((0L, 0L), Entries(service));
    }

    [Fact]
    public async Task The_catalog_of_any_size_is_listed_in_the_order_of_paths()
    {
        await using TestService service = await TestService.WithTenantAsync();
        FileRequest[] files = [.. Enumerable.Range(0, 600).Select(i => new FileRequest(service.Folders.Write($"{i:0000}", []), service.Folders.At($"{i:0000}.tenc")))];
        await service.ProtectAsync(files);

        List<MessageInfo> listed = await service.Service.Data.ListCatalogAsync("acme").ToListAsync();

        Assert.Equal(files.Select(file => file.Destination), listed.Select(one => one.Path));
        KeyEncryptionKey key = Assert.Single(await service.Service.Keys.ListAsync("acme"));
        Assert.Equal(600, (await service.Service.Data.ListCatalogAsync(kekId: key.KekId).ToListAsync()).Count);
        Assert.Empty(await service.Service.Data.ListCatalogAsync("globex").ToListAsync());
    }

    private static (long There, long Pending) Entries(TestService service) =>
        ((long)service.SqlValue("SELECT count(*) FROM catalog")!, (long)service.SqlValue("SELECT count(*) FROM catalog_pending")!);

    // A writer that dies: it neither removes its files nor gives back what it reserved, and its session is old.
    private static async Task<string> DieAsync(TestService service, Action<HookedFileEffects> at)
    {
        string source = service.Folders.Random("one");
        await DieAsync(service, at, new FileRequest(source, source + ".tenc"));
        return source + ".tenc";
    }

    private static async Task DieAsync(TestService service, Action<HookedFileEffects> at, params FileRequest[] files)
    {
        var effects = new HookedFileEffects();
        at(effects);
        effects.BeforeDelete = _ => throw new ProcessDiedException();
        TestService dying = await service.OpenAnotherAsync(options => options with { FileEffects = effects, Time = new ManualTimeProvider() });
        await Assert.ThrowsAsync<ProcessDiedException>(() => dying.ProtectAsync(files, new ProtectOptions { Force = true }));
        await dying.DieAsync();
        service.EndProcesses();
    }

    private sealed class ProcessDiedException : Exception;
}
