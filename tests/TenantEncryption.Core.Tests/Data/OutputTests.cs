using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Core.Tests.Keys.Root;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>How outputs come into being, and what is left when they don't.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task Force_replaces_an_existing_output_whole()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = service.Folders.Write("one.tenc", [1]);

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync([new FileRequest(source, message)], new ProtectOptions { Force = true }));

        Assert.Null(outcome.Error);
        Assert.Null((await service.UnprotectAsync(message, source, new UnprotectOptions { Force = true })).Error);
        Assert.Equal(2, service.Folders.Snapshot().Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_output_that_comes_into_being_meanwhile_is_not_overwritten(bool protect)
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        string output = service.Folders.At("output");
        effects.BeforeRename = (_, to) => File.WriteAllText(to, "someone else's");

        string? code = protect
            ? Assert.Single(await service.ProtectAsync([new FileRequest(source, output)])).Error?.Code
            : (await service.UnprotectAsync(message, output)).Error?.Code;

        Assert.Equal(ErrorCodes.OutputExists, code);
        Assert.Equal("someone else's", File.ReadAllText(output));
        Assert.Equal(3, service.Folders.Snapshot().Count);
        Assert.Equal(1L, service.SqlValue("SELECT count(*) FROM catalog"));
    }

    [Fact]
    public void A_name_that_is_taken_at_the_last_moment_is_seen_by_the_rename_itself()
    {
        using var folders = new TestFolders();
        string from = folders.Random("from");
        string to = folders.Write("to", [1, 2, 3]);

        Assert.Throws<IOException>(() => new FileEffects().Rename(from, to, replace: false));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(to));
        Assert.True(File.Exists(from));
        new FileEffects().Rename(from, folders.At("free"), replace: false);
        Assert.False(File.Exists(from));
    }

    [Fact]
    public async Task Of_two_sources_with_one_output_the_second_is_refused_even_where_outputs_are_replaced()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string output = service.Folders.At("out.tenc");

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(
            [new FileRequest(service.Folders.Random("a"), output), new FileRequest(service.Folders.Random("b"), output)], new ProtectOptions { Force = true });

        Assert.Equal([null, ErrorCodes.OutputExists], outcomes.Select(outcome => outcome.Error?.Code));
        Assert.Equal(3, service.Folders.Snapshot().Count);
        Assert.Equal(outcomes.Single(outcome => outcome.Error is null).Result!.MessageId, service.SqlValue("SELECT message_id FROM catalog"));
    }

    [Fact]
    public async Task An_output_is_readable_by_its_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await service.UnprotectAsync(message, service.Folders.At("out"));

        foreach (string path in new[] { message, service.Folders.At("out") })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Cancelling_a_batch_leaves_nothing_of_it_and_keeps_those_before()
    {
        using var cancellation = new CancellationTokenSource();
        int flushed = 0;
        int firstBatch = FileBatches.Size(FileBatches.Largest);
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects, Time = new ManualTimeProvider() });
        FileRequest[] files = [.. Enumerable.Range(0, FileBatches.Largest).Select(i => new FileRequest(service.Folders.Random($"{i:0000}", 10), service.Folders.At($"{i:0000}.tenc")))];
        effects.BeforeFlush = _ =>
        {
            if (Interlocked.Increment(ref flushed) == firstBatch + 20)
            {
                cancellation.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.ProtectAsync(files, cancellationToken: cancellation.Token));

        string[] left = [.. service.Folders.Snapshot().Keys.Except(files.Select(file => Path.GetFileName(file.Source))).Order(StringComparer.Ordinal)];
        Assert.Equal(files.Take(firstBatch).Select(file => Path.GetFileName(file.Destination)), left);
        Assert.Equal((long)firstBatch, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
    }

    [Fact]
    public async Task Cancelling_a_large_file_leaves_nothing_either_way()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("large", 6_000_000);
        string message = await service.ProtectAsync(source);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();
        using var protecting = new CancellationTokenSource();
        using var reading = new CancellationTokenSource();
        await using DataSession session = service.Service.Data.BeginSession();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.ProtectFilesAsync(
            "acme", [new FileRequest(source, service.Folders.At("x"))], null, new Told<DataProgress>(_ => protecting.Cancel()), protecting.Token).ToListAsync());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.UnprotectFilesAsync(
            [new FileRequest(message, service.Folders.At("x"))], null, new Told<DataProgress>(_ => reading.Cancel()), reading.Token).ToListAsync());

        Assert.Equal(before, service.Folders.Snapshot());
    }

    [Fact]
    public async Task What_a_dead_process_left_is_swept_by_the_next_command_and_other_files_are_not()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string orphan = service.Folders.Random(".0123456789abcdef0123" + OutputFile.Suffix);
        string mine = service.Folders.Random(".my-notes" + OutputFile.Suffix);
        string other = service.Folders.Random("0123456789abcdef0123" + OutputFile.Suffix);

        await service.ProtectAsync(service.Folders.Random("one"));

        Assert.Equal((false, true, true), (File.Exists(orphan), File.Exists(mine), File.Exists(other)));
    }

    [Fact]
    public async Task What_a_live_process_is_writing_is_not_swept()
    {
        await using TestService service = await TestService.WithTenantAsync();
        using var writing = new OutputFile(new FileEffects(), service.Folders.At("output"), replace: false);
        RandomAccess.Write(writing.Handle, new byte[10], 0);
        if (!OperatingSystem.IsWindows())
        {
            // Another process: a lock of this one would not stop itself everywhere.
            using Process locked = Process.Start("flock", ["--nonblock", "--conflict-exit-code", "7", writing.TemporaryPath, "true"]);
            await locked.WaitForExitAsync();
            Assert.Equal(7, locked.ExitCode);
        }

        await service.ProtectAsync(service.Folders.Random("one"));

        Assert.True(File.Exists(writing.TemporaryPath));
        writing.TakeName();
        Assert.True(File.Exists(service.Folders.At("output")));
    }

    [SkippableUnixFact]
    public void A_file_that_has_its_name_is_not_locked_even_where_a_process_that_is_being_started_has_its_handle()
    {
        using var folders = new TestFolders();
        using var output = new OutputFile(new FileEffects(), folders.At("output"), replace: false);
        int copy = dup((int)output.Handle.DangerousGetHandle());
        using var inherited = new SafeFileHandle(copy, ownsHandle: true);

        output.TakeName();

        Assert.Empty(File.ReadAllBytes(folders.At("output")));
    }

    [Fact]
    public async Task What_was_created_just_now_and_is_not_locked_yet_is_not_swept()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string fresh = service.Folders.Write(".0123456789abcdef0123" + OutputFile.Suffix, []);
        string old = service.Folders.Write(".0123456789abcdef9999" + OutputFile.Suffix, []);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-10));

        await service.ProtectAsync(service.Folders.Random("one"));

        Assert.Equal((true, false), (File.Exists(fresh), File.Exists(old)));
    }

    [Fact]
    public async Task A_message_can_be_read_as_soon_as_it_has_its_name()
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        await using TestService other = await service.OpenAnotherAsync();
        string source = service.Folders.Random("one");
        string? code = "";
        effects.BeforeFlushFolder = _ => code = other.UnprotectAsync(source + ".tenc", service.Folders.At("out")).GetAwaiter().GetResult().Error?.Code;

        await service.ProtectAsync(source);

        Assert.Null(code);
    }

    [Fact]
    public async Task A_source_is_removed_only_after_its_message_was_verified()
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string good = service.Folders.Random("good");
        string bad = service.Folders.Random("bad");
        byte[] content = File.ReadAllBytes(good);
        effects.BeforeFlushFolder = _ =>
        {
            using FileStream message = File.OpenWrite(bad + ".tenc");
            message.Position = message.Length - 1;
            message.WriteByte(0xff);
        };

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(
            [new FileRequest(good, good + ".tenc"), new FileRequest(bad, bad + ".tenc")], new ProtectOptions { RemoveSource = true });

        Assert.Null(outcomes[0].Warning);
        Assert.False(File.Exists(good));
        Assert.Contains("source stays", outcomes[1].Warning, StringComparison.Ordinal);
        Assert.True(File.Exists(bad));
        await service.UnprotectAsync(good + ".tenc", good);
        Assert.Equal(content, File.ReadAllBytes(good));
    }

    [Fact]
    public async Task A_source_that_changed_after_it_was_read_is_not_removed()
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");
        effects.AfterRename = _ => File.AppendAllText(source, "written meanwhile");

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync(
            [new FileRequest(source, source + ".tenc")], new ProtectOptions { RemoveSource = true }));

        Assert.Contains("source stays", outcome.Warning, StringComparison.Ordinal);
        Assert.True(File.Exists(source));
    }

    [Fact]
    public async Task A_message_is_never_removed_as_its_own_source()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        Directory.CreateSymbolicLink(service.Folders.At("link"), service.Folders.Work);
        string source = service.Folders.Random("one");
        string sameFile = service.Folders.At("link", "one");

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync(
            [new FileRequest(source, sameFile)], new ProtectOptions { RemoveSource = true, Force = true }));

        Assert.True(File.Exists(source), outcome.Error?.Message);
        Assert.Contains("source stays", outcome.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_a_message_already_is_skipped_so_that_a_run_can_be_repeated()
    {
        await using TestService service = await TestService.WithTenantAsync();
        service.Folders.Random("one");
        IReadOnlyList<FileRequest> Plan() => FilePlanner.ForProtect([service.Folders.Work], null, null, recurse: false);
        await service.ProtectAsync(Plan());
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        IReadOnlyList<FileOutcome<ProtectedFile>> second = await service.ProtectAsync(Plan());

        Assert.Equal([null, "It is a message already."], second.Select(outcome => outcome.Skipped));
        Assert.Equal(ErrorCodes.OutputExists, second[0].Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup(int descriptor);
}
