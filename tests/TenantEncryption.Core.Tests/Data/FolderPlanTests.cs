using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>What is taken of folders, what is left out and said, and which of several sources has a target.</summary>
public sealed class FolderPlanTests : IDisposable
{
    private readonly TestFolders _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void A_folder_below_whose_path_is_too_long_costs_only_itself_and_is_named()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        string fine = _folders.Random("tree/a/fine.tenc");
        string other = _folders.Random("tree/z/other.tenc");
        string endless = Directory.CreateDirectory(_folders.At("tree", "endless")).FullName;
        SpecialFiles.OverLongFolder(endless);
        try
        {
            IReadOnlyList<FileRequest> written = FilePlanner.ForProtect([_folders.At("tree")], _folders.At("out"), null, recurse: true);
            IReadOnlyList<FileRequest> read = FilePlanner.ForUnprotect([_folders.At("tree")], _folders.At("out"), null, recurse: true);
            IReadOnlyList<FileRequest> tested = FilePlanner.ForTest([_folders.At("tree")], recurse: true);

            Assert.All([written, read, tested], plan =>
            {
                Assert.Equal([fine, other], plan.Where(file => !file.IsSettled).Select(file => file.Source));
                FileRequest refused = Assert.Single(plan, file => file.IsSettled);
                Assert.Equal(ErrorCodes.StorageFailed, refused.Refusal?.Code);
                Assert.StartsWith(endless, refused.Source, StringComparison.Ordinal);
            });
        }
        finally
        {
            SpecialFiles.Remove(endless);
        }
    }

    [Fact]
    public async Task What_is_no_file_is_named_and_is_an_error_where_a_message_was_expected()
    {
        if (!SpecialFiles.AreThere)
        {
            return;
        }

        await using TestService service = await TestService.WithTenantAsync();
        _folders.Random("tree/one");
        SpecialFiles.Pipe(_folders.At("tree", "pipe"));
        SpecialFiles.Pipe(_folders.At("tree", "pipe.tenc"));
        await using DataSession session = service.Service.Data.BeginSession();

        IReadOnlyList<FileOutcome<ProtectedFile>> written = await service.ProtectAsync(
            FilePlanner.ForProtect([_folders.At("tree")], _folders.At("out"), null, recurse: true));
        List<FileOutcome<MessageTestResult>> tested = await session.TestFilesAsync(FilePlanner.ForTest([_folders.At("tree")], recurse: true)).ToListAsync();

        Assert.Equal(["one", "pipe", "pipe.tenc"], written.Select(outcome => Path.GetFileName(outcome.Source)));
        Assert.Equal([false, true, true], written.Select(outcome => outcome.Skipped is not null));
        Assert.Equal(ErrorCodes.InvalidInput, Assert.Single(tested).Error?.Code);
    }

    [Theory]
    [InlineData(true, "or below it")]
    [InlineData(false, "not looked into")]
    public void A_folder_in_which_nothing_is_found_is_named(bool recurse, string text)
    {
        _folders.Random("tree/plain.txt");
        string empty = Directory.CreateDirectory(_folders.At("empty")).FullName;

        FileRequest read = Assert.Single(FilePlanner.ForUnprotect([_folders.At("tree")], null, null, recurse));
        FileRequest tested = Assert.Single(FilePlanner.ForTest([_folders.At("tree")], recurse));
        FileRequest written = Assert.Single(FilePlanner.ForProtect([empty], null, null, recurse));

        Assert.Equal([_folders.At("tree"), _folders.At("tree"), empty], [read.Source, tested.Source, written.Source]);
        Assert.All([read, tested, written], folder => Assert.Contains(text, folder.LeftOut, StringComparison.Ordinal));
    }

    [Fact]
    public void A_stop_ends_the_listing()
    {
        _folders.Random("tree/one");

        Assert.Throws<OperationCanceledException>(
            () => FilePlanner.ForProtect([_folders.At("tree")], null, null, recurse: true, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_file_without_a_default_name_does_not_refuse_the_rest_of_its_folder()
    {
        _folders.Random("tree/.tenc");
        _folders.Random("tree/a.tenc");

        IReadOnlyList<FileRequest> plan = FilePlanner.ForUnprotect([_folders.At("tree")], null, null, recurse: false);

        Assert.Equal([ErrorCodes.InvalidInput, null], plan.Select(file => file.Refusal?.Code));
    }

    [Fact]
    public void Files_and_their_folders_together_are_each_file_once()
    {
        _folders.Random("tree/one");
        _folders.Random("tree/sub/two");
        string tree = _folders.At("tree");

        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect(
            [_folders.At("tree", "sub"), _folders.At("tree", "one"), _folders.At("tree", "sub", "two"), tree, tree], null, null, recurse: true);

        Assert.Equal([_folders.At("tree", "sub", "two"), _folders.At("tree", "one")], plan.Select(file => file.Source));
        Assert.DoesNotContain(plan, file => file.IsSettled);
    }

    [Fact]
    public async Task A_file_that_is_no_message_leaves_its_target_to_one_that_is()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string plain = service.Folders.Random("pair/f1.txt");
        string message = await service.ProtectAsync(plain);
        string target = service.Folders.At("back", "f1.txt");

        IReadOnlyList<FileOutcome<UnprotectedFile>> read = await service.UnprotectAsync(
            FilePlanner.ForUnprotect([plain, message], service.Folders.At("back"), null, recurse: false));
        IReadOnlyList<FileOutcome<UnprotectedFile>> asGiven = await service.UnprotectAsync(
            [new FileRequest(plain, target + "2"), new FileRequest(message, target + "2")]);

        Assert.All([read, asGiven], outcomes => Assert.Equal([ErrorCodes.NotAMessage, null], outcomes.Select(outcome => outcome.Error?.Code)));
        Assert.Equal(File.ReadAllBytes(plain), File.ReadAllBytes(target));
    }

    [Fact]
    public async Task A_file_that_is_a_message_leaves_its_target_to_one_that_is_not()
    {
        await using TestService service = await TestService.WithTenantAsync();
        string message = await service.ProtectAsync(service.Folders.Random("one"));
        Directory.CreateDirectory(service.Folders.At("left"));
        File.Copy(message, service.Folders.At("left", "same"));
        service.Folders.Random("right/same");
        string[] sources = [service.Folders.At("left", "same"), service.Folders.At("none", "same"), service.Folders.At("right", "same")];

        IReadOnlyList<FileOutcome<ProtectedFile>> written = await service.ProtectAsync(
            FilePlanner.ForProtect(sources, service.Folders.At("out"), null, recurse: false));

        Assert.NotNull(written[0].Skipped);
        Assert.Equal(ErrorCodes.SourceNotFound, written[1].Error?.Code);
        Assert.NotNull(written[2].Result);
    }

    [Fact]
    public async Task What_exists_is_passed_over_when_that_is_wished_and_never_replaced_too()
    {
        await using TestService service = await TestService.WithTenantAsync();
        FileRequest[] files = [.. "abc".Select(c => new FileRequest(service.Folders.Random(c.ToString()), service.Folders.At(c + ".tenc")))];
        service.Folders.Write("b.tenc", [1, 2, 3]);
        Directory.CreateDirectory(files[2].Destination);
        var skip = new ProtectOptions { SkipExisting = true };

        IReadOnlyList<FileOutcome<ProtectedFile>> written = await service.ProtectAsync(files, skip);
        IReadOnlyList<FileOutcome<ProtectedFile>> again = await service.ProtectAsync(files, skip);
        FileOutcome<UnprotectedFile> read = await service.UnprotectAsync(
            files[0].Destination, files[0].Source, new UnprotectOptions { SkipExisting = true });

        Assert.Equal([false, true, false], written.Select(outcome => outcome.PassedOver));
        Assert.Equal([true, true, false], again.Select(outcome => outcome.PassedOver));
        Assert.Equal(ErrorCodes.OutputExists, again[2].Error?.Code);
        Assert.True(read is { PassedOver: true, Error: null, Result: null });
        Assert.Equal([1, 2, 3], File.ReadAllBytes(files[1].Destination));
        Assert.Equal(
            ErrorCodes.InvalidInput, await Refusal.CodeOfAsync(() => service.ProtectAsync(files, new ProtectOptions { SkipExisting = true, Force = true })));
        Assert.True(FilePlanner.PassOverExisting(files)[0].IsSettled);
    }
}
