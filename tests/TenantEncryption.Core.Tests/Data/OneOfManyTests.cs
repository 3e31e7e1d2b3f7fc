using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Whatever goes wrong with one file, foreseen or not, is that file's outcome: whoever can write one file must not end the work on all.</summary>
public sealed class OneOfManyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Unforeseen => ["range", "timeout", "memory", "disposed"];

    [Theory]
    [MemberData(nameof(Unforeseen))]
    public async Task An_unforeseen_exception_is_the_outcome_of_its_one_file(string what)
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        FileRequest[] files = [.. "abc".Select(c => new FileRequest(service.Folders.Random(c.ToString()), service.Folders.At(c + ".tenc")))];
        effects.BeforeOpen = path => ThrowFor(path, "b", what);
        await using DataSession session = service.Service.Data.BeginSession();

        IReadOnlyList<FileOutcome<ProtectedFile>> written = await service.ProtectAsync(files);
        effects.BeforeOpen = null;
        await service.ProtectAsync(service.Folders.At("b"));
        effects.BeforeOpen = path => ThrowFor(path, "b.tenc", what);
        IReadOnlyList<FileOutcome<UnprotectedFile>> read = await service.UnprotectAsync(
            [.. files.Select(file => new FileRequest(file.Destination, file.Source + ".out"))]);
        List<FileOutcome<MessageTestResult>> tested = await session.TestFilesAsync([.. files.Select(file => file.Destination)]).ToListAsync();
        List<FileOutcome<MessageInfo>> shown = await service.Service.Data.ReadHeadersAsync([.. files.Select(file => file.Destination)]).ToListAsync();

        string code = what == "memory" ? ErrorCodes.OutOfMemory : ErrorCodes.Unknown;
        Assert.Equal([null, code, null], written.Select(outcome => outcome.Error?.Code));
        Assert.Equal([null, code, null], read.Select(outcome => outcome.Error?.Code));
        Assert.Equal([null, code, null], tested.Select(outcome => outcome.Error?.Code));
        Assert.Equal([null, code, null], shown.Select(outcome => outcome.Error?.Code));
        Assert.StartsWith(files[1].Destination, read[1].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["a.out", "c.out"], Directory.GetFiles(service.Folders.Work, "*.out").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Unforeseen))]
    public async Task So_is_one_of_the_callers_keyring(string what)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] messages = [await service.ProtectAsync(service.Folders.Random("a")), await service.ProtectAsync(service.Folders.Random("b"))];
        int asked = 0;
        var keyring = new FaultyKeyring(() =>
        {
            if (Interlocked.Increment(ref asked) == 1)
            {
                Throw(what);
            }
        });

        IReadOnlyList<FileOutcome<UnprotectedFile>> read = await service.UnprotectAsync(
            [.. messages.Select(message => new FileRequest(message, message + ".out"))], new UnprotectOptions { Keyring = keyring, DegreeOfParallelism = 1 });

        Assert.NotNull(read[0].Error);
        Assert.Null(read[1].Error);
    }

    [Fact]
    public async Task A_stop_is_nobodys_outcome_and_ends_the_work()
    {
        using var stop = new CancellationTokenSource();
        var effects = new HookedFileEffects { BeforeOpen = _ => stop.Cancel() };
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("a");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => service.ProtectAsync([new FileRequest(source, source + ".tenc")], cancellationToken: stop.Token));

        Assert.Equal([source], Directory.GetFiles(service.Folders.Work));
    }

    [Fact]
    public async Task A_path_that_is_none_is_refused_alone()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string fine = service.Folders.Random("fine");
        string[] paths = ["", "nul\0", service.Folders.At(new string('x', 300))];

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(
            [.. paths.Append(fine).Select(path => new FileRequest(path, path + ".tenc"))]);

        Assert.All(outcomes.SkipLast(1), outcome => Assert.NotNull(outcome.Error));
        Assert.Null(outcomes[^1].Error);
    }

    [Fact]
    public async Task The_text_of_an_error_begins_with_the_file_that_it_is_about()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        byte[] altered = File.ReadAllBytes(message);
        altered[^1] ^= 1;
        string[] sources =
        [
            service.Folders.At("none"), service.Folders.Work, service.Folders.Random("plain"), service.Folders.Write("altered", altered),
            service.Folders.Write("cut", altered[..^20]), message,
        ];
        service.Folders.Random("6.out");

        IReadOnlyList<FileOutcome<UnprotectedFile>> read = await service.UnprotectAsync(
            [.. sources.Select((source, i) => new FileRequest(source, service.Folders.At($"{i + 1}.out")))]);

        Assert.Equal(
            [ErrorCodes.SourceNotFound, ErrorCodes.InvalidInput, ErrorCodes.NotAMessage, ErrorCodes.MessageAltered, ErrorCodes.MessageTruncated, ErrorCodes.OutputExists],
            read.Select(outcome => outcome.Error?.Code));
        Assert.All(read, outcome => Assert.StartsWith(outcome.Source, outcome.Error!.Message, StringComparison.Ordinal));
        Assert.All(read, outcome => Assert.EndsWith(outcome.Error!.Remedy, outcome.Error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipe_is_refused_and_never_waited_for()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        string pipe = SpecialFiles.Pipe(service.Folders.At("pipe.tenc"));
        string fine = service.Folders.Random("fine");
        await using DataSession session = service.Service.Data.BeginSession();

        IReadOnlyList<FileOutcome<ProtectedFile>> written = await service.ProtectAsync(
            [new FileRequest(pipe, pipe + ".tenc"), new FileRequest(fine, fine + ".tenc")]).WaitAsync(Patience);
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(pipe, service.Folders.At("out")).WaitAsync(Patience);
        FileOutcome<MessageTestResult> tested = Assert.Single(await session.TestFilesAsync([pipe]).ToListAsync().WaitAsync(Patience));
        FileOutcome<MessageInfo> shown = Assert.Single(await service.Service.Data.ReadHeadersAsync([pipe]).ToListAsync().WaitAsync(Patience));

        Assert.Equal([ErrorCodes.InvalidInput, null], written.Select(outcome => outcome.Error?.Code));
        Assert.All([written[0].Error, read.Error, tested.Error, shown.Error], error =>
        {
            Assert.Equal(ErrorCodes.InvalidInput, error?.Code);
            Assert.StartsWith($"{pipe} is a pipe", error!.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    public async Task A_device_is_refused_before_it_is_opened(string device)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var effects = new HookedFileEffects { BeforeOpen = _ => Assert.Fail("It was opened.") };
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });

        FileOutcome<ProtectedFile> written = Assert.Single(await service.ProtectAsync([new FileRequest(device, service.Folders.At("out"))]));

        Assert.Equal(ErrorCodes.InvalidInput, written.Error?.Code);
        Assert.Contains("a device", written.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_becomes_a_pipe_between_the_look_and_the_opening_is_refused()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");
        effects.BeforeOpen = path =>
        {
            File.Delete(path);
            SpecialFiles.Pipe(path);
        };

        FileOutcome<ProtectedFile> outcome = Assert.Single(
            await service.ProtectAsync([new FileRequest(source, source + ".tenc")], new ProtectOptions { RemoveSource = true }).WaitAsync(Patience));

        Assert.Equal(ErrorCodes.InvalidInput, outcome.Error?.Code);
        Assert.True(File.Exists(source));
        Assert.False(File.Exists(source + ".tenc"));
    }

    [Fact]
    public async Task A_file_of_a_folder_that_becomes_a_link_after_it_was_listed_is_not_followed()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string secret = service.Folders.Random("secret");
        string source = service.Folders.Random("tree/one");
        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([service.Folders.At("tree")], null, null, recurse: true);
        effects.BeforeOpen = path =>
        {
            File.Delete(path);
            File.CreateSymbolicLink(path, secret);
        };

        FileOutcome<ProtectedFile> listed = Assert.Single(await service.ProtectAsync(plan));
        effects.BeforeOpen = null;
        FileOutcome<ProtectedFile> stillThere = Assert.Single(await service.ProtectAsync(plan));
        FileOutcome<ProtectedFile> named = Assert.Single(await service.ProtectAsync([new FileRequest(source, source + ".tenc")]));

        Assert.Equal(ErrorCodes.StorageFailed, listed.Error?.Code);
        Assert.Equal(ErrorCodes.InvalidInput, stillThere.Error?.Code);
        Assert.Null(named.Error);
    }

    private static void ThrowFor(string path, string name, string what)
    {
        if (Path.GetFileName(path) == name)
        {
            Throw(what);
        }
    }

    private static void Throw(string what) => throw (what switch
    {
        "range" => new ArgumentOutOfRangeException(what),
        "timeout" => new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout."),
        "memory" => new InsufficientMemoryException(),
        _ => (Exception)new ObjectDisposedException(what),
    });

    private sealed class FaultyKeyring(Action ask) : IKeyring
    {
        public ValueTask<SecretBytes?> UnwrapAsync(
            EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
        {
            ask();
            return ValueTask.FromResult<SecretBytes?>(null);
        }
    }
}
