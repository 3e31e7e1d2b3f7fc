using System.Diagnostics;
using TenantEncryption.Core.Tests.Keys.Root;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Files;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>Folders of so many files that a command on one file must not read them all, and what crashes leave there.</summary>
public sealed class LargeFolderTests
{
    private const int Many = 5_000;
    private const string Leftover = ".0123456789abcdef0123" + OutputFile.Suffix;

    private readonly HookedFileEffects _effects = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_file_costs_no_more_looks_the_more_files_there_are(bool protect)
    {
        await using TestService service = await OpenAsync();
        string source = protect ? service.Folders.Random("one") : await service.ProtectAsync(service.Folders.Random("one"));
        _effects.EntriesListed = 0;

        Assert.Null(await WriteAsync(service, source, protect));

        Assert.InRange(_effects.EntriesListed, 0, 600);
    }

    [Fact]
    public async Task Many_files_are_looked_for_by_one_listing()
    {
        await using TestService service = await OpenAsync();
        int lists = 0;
        _effects.BeforeList = _ => lists++;

        await service.ProtectAsync(NewFiles(service, Many / 10));

        Assert.Equal(1, lists);
        Assert.InRange(_effects.EntriesListed, Many, Many + 10);
    }

    [Fact]
    public async Task An_output_that_exists_is_seen_before_anything_is_done_there_too()
    {
        await using TestService service = await OpenAsync();
        string source = service.Folders.Random("one");
        Directory.CreateDirectory(service.Folders.At("large", "folder"));
        bool created = false;
        _effects.BeforeCreate = _ => created = true;

        TenantEncryptionException? file = Assert.Single(await service.ProtectAsync([new FileRequest(source, Large(service, "00007"))])).Error;
        TenantEncryptionException? folder = Assert.Single(
            await service.ProtectAsync([new FileRequest(source, Large(service, "folder"))], new ProtectOptions { Force = true })).Error;

        Assert.Equal((ErrorCodes.OutputExists, ErrorCodes.OutputExists, false), (file?.Code, folder?.Code, created));
    }

    [Fact]
    public async Task What_a_command_left_that_died_there_is_swept_by_the_next_one_though_it_has_one_file()
    {
        // A disk in memory lists the newest first: what was there before the others is not among those that are read anyway.
        string leftover = "";
        await using TestService service = await OpenAsync(folders =>
        {
            leftover = folders.Random(Path.Combine("large", Leftover));
            folders.Write(Path.Combine("large", FolderMark.Name), []);
        });

        await WriteAsync(service, service.Folders.Random("one"), protect: true);

        Assert.Equal((false, false), (File.Exists(leftover), File.Exists(Large(service, FolderMark.Name))));
    }

    [Fact]
    public async Task A_command_marks_the_folder_while_it_writes_and_takes_no_mark_for_a_crash_that_another_holds()
    {
        await using TestService service = await OpenAsync();
        string mark = Large(service, FolderMark.Name);
        bool wasMarked = false;
        _effects.BeforeRename = (_, _) => wasMarked = File.Exists(mark);
        _effects.EntriesListed = 0;
        using (FolderMark? other = FolderMark.TryPlace(new FileEffects(), service.Folders.At("large")))
        {
            Assert.Null(await WriteAsync(service, service.Folders.Random("one"), protect: true));
            Assert.NotNull(other);
            Assert.True(File.Exists(mark));
        }

        Assert.True(wasMarked);
        Assert.False(File.Exists(mark));
        Assert.InRange(_effects.EntriesListed, 0, 600);
    }

    [Fact]
    public async Task A_batch_that_makes_a_folder_large_marks_it_and_a_small_folder_has_no_mark()
    {
        await using TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = _effects }, folders: TestFolders.InMemory());
        var marked = new List<bool>();
        _effects.BeforeRename = (_, to) => marked.Add(File.Exists(Path.Combine(Path.GetDirectoryName(to)!, FolderMark.Name)));

        await service.ProtectAsync(service.Folders.Random("alone"));
        bool small = marked.Exists(one => one);
        await service.ProtectAsync(NewFiles(service, 10).Select(file => file with { Destination = file.Source + ".x" }).ToArray());
        service.Folders.Random(Path.Combine("large", "first"));
        marked.Clear();
        await service.ProtectAsync(NewFiles(service, 600));

        Assert.False(small);
        Assert.True(marked.TrueForAll(one => one));
    }

    [Fact]
    public void A_mark_is_no_file_to_protect()
    {
        using var folders = new TestFolders();
        folders.Write(FolderMark.Name, []);
        string one = folders.Random("one");

        Assert.Equal([one], FilePlanner.ForProtect([folders.Work], null, null, recurse: true).Select(file => file.Source));
    }

    [SkippableUnixFact]
    public async Task A_pipe_with_the_name_of_a_temporary_file_or_of_a_mark_is_named_and_stands_in_nobodys_way()
    {
        await using TestService service = await OpenAsync();
        string pipe = await PipeAsync(service.Folders.At(Leftover));
        await PipeAsync(Large(service, FolderMark.Name));
        string source = service.Folders.Random("one");

        await service.ProtectAsync(source);
        Assert.Null(await WriteAsync(service, source, protect: true));

        Assert.Contains(service.Warnings, warning => warning.Contains(pipe, StringComparison.Ordinal));
        Assert.True(File.Exists(pipe));
    }

    [SkippableUnixFact]
    public async Task A_pipe_at_an_outputs_name_is_refused_even_where_files_are_replaced()
    {
        await using TestService service = await OpenAsync();
        string source = service.Folders.Random("one");
        string[] pipes = [await PipeAsync(service.Folders.At("pipe")), await PipeAsync(Large(service, "pipe"))];

        foreach (string pipe in pipes)
        {
            FileOutcome<ProtectedFile> outcome = Assert.Single(
                await service.ProtectAsync([new FileRequest(source, pipe)], new ProtectOptions { Force = true }));
            Assert.Equal(ErrorCodes.OutputExists, outcome.Error?.Code);
            Assert.Contains("pipe", outcome.Error!.Detail, StringComparison.Ordinal);
        }
    }

    private static async Task<string> PipeAsync(string path)
    {
        using Process made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync();
        Assert.Equal(0, made.ExitCode);
        return path;
    }

    private static string Large(TestService service, string name) => service.Folders.At("large", name);

    private static FileRequest[] NewFiles(TestService service, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new FileRequest(service.Folders.Random($"new-{i}", 10), Large(service, $"new-{i}")))];

    private static async Task<TenantEncryptionException?> WriteAsync(TestService service, string source, bool protect) => protect
        ? Assert.Single(await service.ProtectAsync([new FileRequest(source, Large(service, "output"))])).Error
        : (await service.UnprotectAsync(source, Large(service, "output"))).Error;

    private async Task<TestService> OpenAsync(Action<TestFolders>? first = null)
    {
        TestService service = await TestService.WithTenantAsync(options => options with { FileEffects = _effects }, folders: TestFolders.InMemory());
        first?.Invoke(service.Folders);
        for (int i = 0; i < Many; i++)
        {
            service.Folders.Write(Path.Combine("large", $"{i:00000}"), []);
        }

        return service;
    }
}
