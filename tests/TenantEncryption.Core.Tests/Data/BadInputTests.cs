using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Everything that can be wrong with files: a code each, and the folder afterwards as it was before.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("missing file", ErrorCodes.SourceNotFound)]
    [InlineData("file in a missing folder", ErrorCodes.SourceNotFound)]
    [InlineData("folder", ErrorCodes.InvalidInput)]
    [InlineData("existing destination", ErrorCodes.OutputExists)]
    [InlineData("folder as destination", ErrorCodes.OutputExists)]
    [InlineData("itself", ErrorCodes.InvalidInput)]
    [InlineData("itself, spelled otherwise", ErrorCodes.InvalidInput)]
    [InlineData("destination below a file", ErrorCodes.StorageFailed)]
    public async Task What_can_not_be_protected_is_refused_and_leaves_nothing(string what, string code)
    {
        await using TestService service = await TestService.WithTenantAsync();
        FileRequest file = RequestFor(service, what);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync([file]));

        Assert.Equal(code, outcome.Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM catalog"));
    }

    [Theory]
    [InlineData("missing file", ErrorCodes.SourceNotFound)]
    [InlineData("file in a missing folder", ErrorCodes.SourceNotFound)]
    [InlineData("folder", ErrorCodes.InvalidInput)]
    [InlineData("existing destination", ErrorCodes.OutputExists)]
    [InlineData("folder as destination", ErrorCodes.OutputExists)]
    [InlineData("itself", ErrorCodes.InvalidInput)]
    [InlineData("itself, spelled otherwise", ErrorCodes.InvalidInput)]
    [InlineData("plain file", ErrorCodes.NotAMessage)]
    [InlineData("empty file", ErrorCodes.NotAMessage)]
    [InlineData("cut message", ErrorCodes.MessageTruncated)]
    [InlineData("altered message", ErrorCodes.MessageAltered)]
    [InlineData("message with bytes after it", ErrorCodes.MessageAltered)]
    public async Task What_can_not_be_read_is_refused_and_leaves_nothing(string what, string code)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("large", 1_000_000));
        FileRequest file = RequestFor(service, what, message);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        FileOutcome<UnprotectedFile> outcome = Assert.Single(await service.UnprotectAsync([file]));

        Assert.Equal(code, outcome.Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [Theory]
    [InlineData("plain file", ErrorCodes.NotAMessage)]
    [InlineData("cut message", ErrorCodes.MessageTruncated)]
    [InlineData("altered message", ErrorCodes.MessageAltered)]
    public async Task Testing_the_same_is_a_result_and_not_an_error(string what, string code)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("large", 1_000_000));
        FileRequest file = RequestFor(service, what, message);
        await using DataSession session = service.Service.Data.BeginSession();

        List<FileOutcome<MessageTestResult>> outcomes = await session.TestFilesAsync([file.Source, message, service.Folders.At("none")]).ToListAsync();

        Assert.Equal([code, ErrorCodes.Success, null], outcomes.Select(outcome => outcome.Result?.Code));
        Assert.Equal([null, null, ErrorCodes.SourceNotFound], outcomes.Select(outcome => outcome.Error?.Code));
    }

    [Fact]
    public async Task A_test_that_can_not_judge_a_message_is_an_error_and_not_a_result()
    {
        (TestService service, _) = await TestService.WithCmkAsync();
        await using TestService owned = service;
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        await using TestService stranger = await service.OpenAnotherAsync(secret: "not-the-secret");
        await using DataSession session = stranger.Service.Data.BeginSession();

        FileOutcome<MessageTestResult> outcome = Assert.Single(await session.TestFilesAsync([message]).ToListAsync());

        Assert.Equal((null, ErrorCodes.CredentialsInvalid), (outcome.Result, outcome.Error?.Code));
    }

    [Fact]
    public async Task An_unknown_tenant_ends_the_command_and_leaves_nothing()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("one");
        string message = await service.ProtectAsync(source);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        Assert.Equal(ErrorCodes.TenantNotFound, await Refusal.CodeOfAsync(() => service.ProtectAsync([new FileRequest(source, source + ".2")], null, "Acme")));
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { TenantId = "Acme" });

        Assert.Equal(ErrorCodes.TenantNotFound, read.Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [Fact]
    public async Task A_message_of_another_tenant_is_refused_and_its_tenant_named()
    {
        await using TestService service = await TestService.WithTenantAsync();
        await service.Service.Tenants.CreateAsync(new() { TenantId = "globex" });
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, service.Folders.At("out"), new UnprotectOptions { TenantId = "globex" });

        Assert.Equal(ErrorCodes.WrongTenant, read.Error?.Code);
        Assert.Contains("'acme'", read.Error!.Detail, StringComparison.Ordinal);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [Fact]
    public async Task An_empty_file_is_valid_and_comes_back_empty()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Write("empty", []));

        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, service.Folders.At("out"));

        Assert.Equal(0, read.Result?.Length);
        Assert.Empty(File.ReadAllBytes(service.Folders.At("out")));
        Assert.Empty(await service.ReadValueAsync(await service.ProtectValueAsync([])));
    }

    [Fact]
    public async Task A_file_that_fails_does_not_stop_the_rest_and_the_order_is_kept()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] names = ["a", "none", "c"];
        service.Folders.Random("a");
        service.Folders.Random("c", 5_000_000);
        FileRequest[] files = [.. names.Select(name => new FileRequest(service.Folders.At(name), service.Folders.At(name + ".tenc")))];

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files);

        Assert.Equal(files.Select(file => file.Source), outcomes.Select(outcome => outcome.Source));
        Assert.Equal([null, ErrorCodes.SourceNotFound, null], outcomes.Select(outcome => outcome.Error?.Code));
        Assert.All([outcomes[0], outcomes[2]], outcome => Assert.True(File.Exists(outcome.Result!.Path)));
    }

    [Fact]
    public async Task A_file_that_can_not_be_read_is_one_files_failure()
    {
        var effects = new HookedFileEffects();
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        FileRequest[] files = [.. new[] { "a", "b" }.Select(name => new FileRequest(service.Folders.Random(name), service.Folders.At(name + ".tenc")))];
        effects.BeforeOpen = path =>
        {
            if (path.EndsWith('a'))
            {
                throw new IOException("Input/output error");
            }
        };

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files);

        Assert.Equal([ErrorCodes.StorageFailed, null], outcomes.Select(outcome => outcome.Error?.Code));
    }

    [Fact]
    public async Task A_read_only_folder_is_a_storage_failure_and_nothing_is_lost()
    {
        var effects = new HookedFileEffects { BeforeCreate = _ => throw new UnauthorizedAccessException("Access to the path is denied.") };
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = effects });
        string source = service.Folders.Random("one");
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync(
            [new FileRequest(source, source + ".tenc")], new ProtectOptions { RemoveSource = true }));

        Assert.Equal(ErrorCodes.StorageFailed, outcome.Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
    }

    [SmallDiskFact]
    public async Task A_full_disk_leaves_the_old_output_and_nothing_else()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 1);

        await using TestService service = await TestService.WithTenantAsync();
        string source = service.Folders.Random("large", 3_000_000);
        string destination = Path.Combine(disk.Folder, "out.tenc");
        File.WriteAllText(destination, "the old one");

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync(
            [new FileRequest(source, destination)], new ProtectOptions { Force = true, RemoveSource = true }));
        string message = await service.ProtectAsync(source);
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(message, destination, new UnprotectOptions { Force = true });

        Assert.Equal((ErrorCodes.StorageFailed, ErrorCodes.StorageFailed), (outcome.Error?.Code, read.Error?.Code));
        Assert.Equal([destination], Directory.GetFiles(disk.Folder));
        Assert.Equal("the old one", File.ReadAllText(destination));
        Assert.True(File.Exists(source));
    }

    [SmallDiskFact]
    public async Task Where_the_store_is_on_the_disk_that_the_outputs_fill_those_that_fit_are_protected_and_catalogued()
    {
        using SmallDisk disk = SmallDisk.Mount(megabytes: 8);
        using var sources = new TestFolders();
        await using TestService service = await TestService.WithTenantAsync(folders: TestFolders.In(disk.Folder));
        FileRequest[] files = [.. Enumerable.Range(0, 500).Select(i => new FileRequest(sources.Random($"{i:000}", 30_000), service.Folders.At($"{i:000}")))];

        IReadOnlyList<FileOutcome<ProtectedFile>> outcomes = await service.ProtectAsync(files);

        string[] done = [.. outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Result!.Path)];
        Assert.Equal(500, outcomes.Count);
        Assert.InRange(done.Length, 100, 400);
        Assert.All(outcomes, outcome => Assert.Contains(outcome.Error?.Code, new[] { null, ErrorCodes.StorageFailed }));
        Assert.Equal(done, Directory.GetFiles(service.Folders.Work).Order(StringComparer.Ordinal));
        Assert.Equal((long)done.Length, service.SqlValue("SELECT count(*) FROM catalog"));
        Assert.Equal(0L, service.SqlValue("SELECT count(*) FROM catalog_pending"));
        Assert.Equal((long)done.Length, service.SqlValue("SELECT messages FROM key_encryption_keys"));
        Assert.Equal(files.Length, Directory.GetFiles(sources.Work).Length);
    }

    [Fact]
    public async Task A_disabled_key_fails_each_file_and_leaves_nothing()
    {
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync(keyLease: TimeSpan.Zero);
        await using TestService owned = service;
        string source = service.Folders.Random("one");
        await service.Keys.DisableAsync(cmk.KeyArn!);
        IReadOnlyDictionary<string, string> before = service.Folders.Snapshot();

        FileOutcome<ProtectedFile> outcome = Assert.Single(await service.ProtectAsync([new FileRequest(source, source + ".tenc")]));

        Assert.Equal(ErrorCodes.KeyDisabled, outcome.Error?.Code);
        Assert.Equal(before, service.Folders.Snapshot());
        Assert.Equal(0, (await service.ProviderAsync("CMK")).ValueCount);
    }

    private static FileRequest RequestFor(TestService service, string what, string? message = null)
    {
        TestFolders folders = service.Folders;
        string source = message ?? folders.Random("source");
        string output = folders.At("output");
        switch (what)
        {
            case "missing file":
                return new FileRequest(folders.At("none"), output);
            case "file in a missing folder":
                return new FileRequest(folders.At("none", "none"), output);
            case "folder":
                Directory.CreateDirectory(folders.At("folder"));
                return new FileRequest(folders.At("folder"), output);
            case "existing destination":
                folders.Random("output");
                return new FileRequest(source, output);
            case "folder as destination":
                Directory.CreateDirectory(output);
                return new FileRequest(source, output);
            case "itself":
                return new FileRequest(source, source);
            case "itself, spelled otherwise":
                return new FileRequest(source, Path.Combine(folders.Work, ".", Path.GetFileName(source)));
            case "destination below a file":
                folders.Random("file");
                return new FileRequest(source, folders.At("file", "output"));
            case "plain file":
                return new FileRequest(folders.Write("plain", "A plain text that is no message."u8.ToArray()), output);
            case "empty file":
                return new FileRequest(folders.Write("empty", []), output);
            case "cut message":
                return new FileRequest(folders.Write("cut", File.ReadAllBytes(source)[..^100]), output);
            case "altered message":
                byte[] altered = File.ReadAllBytes(source);
                altered[^50] ^= 1;
                return new FileRequest(folders.Write("altered", altered), output);
            default:
                return new FileRequest(folders.Write("longer", [.. File.ReadAllBytes(source), 0]), output);
        }
    }
}
