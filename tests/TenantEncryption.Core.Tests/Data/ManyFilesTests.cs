using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Commands on more files than a batch has, and how batches and files go side by side.</summary>
public sealed class ManyFilesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // More than one batch.
    private const int Several = FileBatches.Largest + 1;

    private static readonly int FirstBatch = FileBatches.Size(Several);

    private readonly HookedFileEffects _effects = new();

    [Fact]
    public async Task Who_looks_at_outcomes_with_a_token_of_their_own_stops_by_it()
    {
        await using TestService service = await OpenAsync();
        await using DataSession session = service.Service.Data.BeginSession();
        FileRequest file = NewFile(service, "one", 100);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (FileOutcome<ProtectedFile> _ in session.ProtectFilesAsync("acme", [file]).WithCancellation(cancelled.Token))
            {
            }
        });

        Assert.False(File.Exists(file.Destination));
    }

    [Fact]
    public async Task Files_of_every_size_come_back_in_order()
    {
        await using TestService service = await OpenAsync();
        int[] lengths = [0, 1, 4_096, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 300_000, 4 << 20, (4 << 20) + 1];
        FileRequest[] files = [.. Enumerable.Range(0, FileBatches.Largest + 20).Select(i => NewFile(service, $"{i:0000}", i % 40 < lengths.Length && i < 120 ? lengths[i % 40] : 100))];

        IReadOnlyList<FileOutcome<ProtectedFile>> there = await service.ProtectAsync(files);
        FileRequest[] back = [.. files.Select(file => new FileRequest(file.Destination, file.Source + ".back"))];
        IReadOnlyList<FileOutcome<UnprotectedFile>> here = await service.UnprotectAsync(back);
        await using DataSession session = service.Service.Data.BeginSession();
        IReadOnlyList<FileOutcome<MessageTestResult>> tested = await session.TestFilesAsync([.. files.Select(file => file.Destination)]).ToListAsync();

        Assert.Equal(files.Select(file => file.Destination), there.Select(outcome => outcome.Result?.Path));
        Assert.Equal(back.Select(file => file.Destination), here.Select(outcome => outcome.Result?.Path));
        Assert.All(tested, outcome => Assert.True(outcome.Result?.Success));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file.Source), File.ReadAllBytes(file.Source + ".back")));
        Assert.Equal((long)files.Length, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal((long)files.Length, service.SqlValue("SELECT messages FROM key_encryption_keys"));
        Assert.Equal((long)files.Length, service.SqlValue("SELECT file_wraps FROM key_encryption_keys"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
        Assert.DoesNotContain(service.Folders.Snapshot().Keys, name => name.EndsWith("partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_a_batch_settles_the_next_one_is_written()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = NewFiles(service, Several);
        using var nextIsWritten = new ManualResetEventSlim();
        int flushed = 0;
        bool? overlapped = null;
        _effects.BeforeFlush = _ =>
        {
            if (Interlocked.Increment(ref flushed) > FirstBatch)
            {
                nextIsWritten.Set();
            }
        };
        _effects.BeforeFlushFolder = _ => overlapped ??= nextIsWritten.Wait(Patience);

        Assert.All(await service.ProtectAsync(files), outcome => Assert.Null(outcome.Error));

        Assert.True(overlapped);
    }

    [Fact]
    public async Task What_ends_a_command_is_told_after_what_was_done_before()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = NewFiles(service, Several);
        int flushed = 0;
        using var end = new CancellationTokenSource();
        _effects.BeforeFlush = _ =>
        {
            if (Interlocked.Increment(ref flushed) > FirstBatch)
            {
                end.Cancel();
            }
        };
        var told = new List<FileOutcome<ProtectedFile>>();
        await using DataSession session = service.Service.Data.BeginSession();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync("acme", files, cancellationToken: end.Token))
            {
                told.Add(outcome);
            }
        });

        Assert.Equal(FirstBatch, told.Count);
        Assert.False(File.Exists(files[^1].Destination));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
    }

    [Fact]
    public async Task Who_wants_no_more_outcomes_leaves_nothing_half_done()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = NewFiles(service, 3 * FileBatches.Largest);
        await using DataSession session = service.Service.Data.BeginSession();

        await foreach (FileOutcome<ProtectedFile> _ in session.ProtectFilesAsync("acme", files))
        {
            break;
        }

        int there = files.Count(file => File.Exists(file.Destination));
        Assert.InRange(there, FileBatches.Largest, files.Length);
        Assert.Equal((long)there, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM catalog_pending"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM wrap_reservations"));
        Assert.DoesNotContain(service.Folders.Snapshot().Keys, name => name.EndsWith("partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_that_took_a_second_settles_before_it_is_full()
    {
        var time = new ManualTimeProvider();
        await using TestService service = await OpenAsync(time);
        FileRequest[] files = NewFiles(service, 6);
        int settled = 0;
        _effects.BeforeFlush = _ => time.Advance(FileBatches.LongestWork / 2);
        _effects.BeforeFlushFolder = _ => settled++;

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files, new ProtectOptions { DegreeOfParallelism = 1 });

        Assert.Equal(files.Select(file => file.Destination), outcomes.Select(outcome => outcome.Result?.Path));
        Assert.Equal(3, settled);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_flushed_fails_its_own_files_and_keeps_their_sources()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] sources = NewFiles(service, 2);
        string bad = Directory.CreateDirectory(service.Folders.At("bad")).FullName;
        FileRequest[] files = [new FileRequest(sources[0].Source, Path.Combine(bad, "0.tenc")), sources[1]];
        _effects.BeforeFlushFolder = folder => _ = folder == bad ? throw new IOException("The disk is gone.") : folder;

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files, new ProtectOptions { RemoveSource = true });

        Assert.Equal([ErrorCodes.StorageFailed, null], outcomes.Select(outcome => outcome.Error?.Code));
        Assert.Contains("may not outlast a loss of power", outcomes[0].Error!.Detail, StringComparison.Ordinal);
        Assert.Equal([true, false], files.Select(file => File.Exists(file.Source)));
        Assert.Equal(2L, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM catalog_pending"));
    }

    [Fact]
    public async Task Files_are_read_side_by_side_and_each_folder_is_flushed_once()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = NewFiles(service, 10);
        await service.ProtectAsync(files);
        using var both = new Barrier(2);
        int folders = 0;
        bool met = true;
        _effects.BeforeFlush = _ => met &= both.SignalAndWait(Patience);
        _effects.BeforeFlushFolder = _ => folders++;

        IReadOnlyList<FileOutcome<UnprotectedFile>> outcomes = await service.UnprotectAsync(
            [.. files.Select(file => new FileRequest(file.Destination, file.Source + ".back"))], new UnprotectOptions { DegreeOfParallelism = 2 });

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.True(met);
        Assert.Equal(1, folders);
    }

    [Fact]
    public async Task One_message_that_does_not_verify_does_not_keep_the_others_of_its_batch_from_their_names()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = NewFiles(service, 5);
        await service.ProtectAsync(files);
        byte[] altered = File.ReadAllBytes(files[2].Destination);
        altered[^1] ^= 1;
        File.WriteAllBytes(files[2].Destination, altered);

        IReadOnlyList<FileOutcome<UnprotectedFile>> outcomes = await service.UnprotectAsync(
            [.. files.Select(file => new FileRequest(file.Destination, file.Source + ".back"))]);

        Assert.Equal([null, null, ErrorCodes.MessageAltered, null, null], outcomes.Select(outcome => outcome.Error?.Code));
        Assert.Equal([true, true, false, true, true], files.Select(file => File.Exists(file.Source + ".back")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_flushed_fails_its_own_files_alone()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = [NewFile(service, "good/one", 10), NewFile(service, "bad/two", 10)];
        await service.ProtectAsync(files);
        _effects.BeforeFlushFolder = folder =>
        {
            if (folder.EndsWith("bad", StringComparison.Ordinal))
            {
                throw new IOException("The disk is gone.");
            }
        };

        IReadOnlyList<FileOutcome<UnprotectedFile>> outcomes = await service.UnprotectAsync(
            [.. files.Select(file => new FileRequest(file.Destination, file.Source + ".back"))]);

        Assert.Equal([null, ErrorCodes.StorageFailed], outcomes.Select(outcome => outcome.Error?.Code));
    }

    [Fact]
    public async Task A_missing_folder_is_made_once_for_all_its_files()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = [.. NewFiles(service, 20).Select(file => file with { Destination = service.Folders.At("a", "b", Path.GetFileName(file.Destination)) })];

        Assert.All(await service.ProtectAsync(files), outcome => Assert.Null(outcome.Error));

        Assert.Equal(20, Directory.GetFiles(service.Folders.At("a", "b")).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_only_begins_like_a_message_is_protected(int kind)
    {
        await using TestService service = await OpenAsync();
        byte[] message = File.ReadAllBytes(await service.ProtectAsync(service.Folders.Random("one", 10)));
        byte[] content = kind == 0 ? message[..40] : [2, 0x04, 0x78, .. RandomNumberGenerator.GetBytes(100_000)];
        string source = service.Folders.Write("like", content);

        string protectedFile = await service.ProtectAsync(source);

        await service.UnprotectAsync(protectedFile, service.Folders.At("back"));
        Assert.Equal(content, File.ReadAllBytes(service.Folders.At("back")));
    }

    [Fact]
    public async Task The_bytes_in_all_are_found_out_when_somebody_asks()
    {
        await using TestService service = await OpenAsync();
        FileRequest[] files = [NewFile(service, "a", 100), NewFile(service, "b", 70_000), new FileRequest(service.Folders.At("missing"), service.Folders.At("x"))];
        DataProgress last = default;
        await using DataSession session = service.Service.Data.BeginSession();

        await session.ProtectFilesAsync("acme", files, new ProtectOptions { RemoveSource = true }, new Told<DataProgress>(one => last = one)).ToListAsync();

        Assert.Equal((3, 3, 70_100L, 70_100L), (last.FilesDone, last.FilesTotal, last.BytesDone, last.BytesTotal));
        Assert.Equal((0, 0L), (default(DataProgress).FilesTotal, default(DataProgress).BytesTotal));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_before_anything_is_done()
    {
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => new ProtectOptions { DegreeOfParallelism = -1 }));
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => new UnprotectOptions { DegreeOfParallelism = -1 }));
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => new ProtectOptions { FrameLength = 0 }));
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => new ProtectOptions { FrameLength = (64 << 20) + 1 }));
    }

    private static string CodeOf(Func<object> make) => Assert.Throws<TenantEncryptionException>(make).Code;

    private static FileRequest NewFile(TestService service, string name, int length)
    {
        string source = service.Folders.Random(name, length);
        return new FileRequest(source, source + FilePlanner.Extension);
    }

    private static FileRequest[] NewFiles(TestService service, int count) => [.. Enumerable.Range(0, count).Select(i => NewFile(service, $"{i:0000}", 10))];

    // A batch ends by its number of files alone, unless a test steps the clock.
    private Task<TestService> OpenAsync(ManualTimeProvider? time = null) =>
        TestService.WithTenantAsync(options => options with { FileEffects = _effects, Time = time ?? new ManualTimeProvider() });
}
