using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

public sealed class PlannerTests : IDisposable
{
    private readonly TestFolders _folders = new();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public void An_output_is_beside_its_source_with_the_extension_added_and_taken_away()
    {
        string source = _folders.Random("report [1].txt");

        FileRequest there = Assert.Single(FilePlanner.ForProtect([source], null, null, recurse: false));
        FileRequest back = Assert.Single(FilePlanner.ForUnprotect([there.Destination], null, null, recurse: false));

        Assert.Equal(source + ".tenc", there.Destination);
        Assert.Equal(source, back.Destination);
    }

    [Theory]
    [InlineData("plain.txt")]
    [InlineData(".tenc")]
    public void A_message_without_the_extension_has_no_default_name(string name)
    {
        string source = _folders.Random(name);

        FileRequest refused = Assert.Single(FilePlanner.ForUnprotect([source], null, null, recurse: false));
        Assert.Equal((source, ErrorCodes.InvalidInput), (refused.Source, refused.Refusal?.Code));
        Assert.Equal(_folders.At("to", name), Assert.Single(FilePlanner.ForUnprotect([source], _folders.At("to"), null, recurse: false)).Destination);
        Assert.Equal(_folders.At("x"), Assert.Single(FilePlanner.ForUnprotect([source], null, _folders.At("x"), recurse: false)).Destination);
    }

    [Fact]
    public void A_folder_is_its_files_and_with_recursion_its_tree_which_is_kept()
    {
        _folders.Random("tree/b");
        _folders.Random("tree/a");
        _folders.Random("tree/.hidden");
        _folders.Random("tree/sub/c");
        string tree = _folders.At("tree");

        IReadOnlyList<FileRequest> flat = FilePlanner.ForProtect([tree], null, null, recurse: false);
        IReadOnlyList<FileRequest> whole = FilePlanner.ForProtect([tree], _folders.At("out"), null, recurse: true);

        Assert.Equal([".hidden", "a", "b"], flat.Select(file => Path.GetFileName(file.Source)));
        Assert.Equal(
            [_folders.At("out", ".hidden.tenc"), _folders.At("out", "a.tenc"), _folders.At("out", "b.tenc"), _folders.At("out", "sub", "c.tenc")],
            whole.Select(file => file.Destination));
    }

    [Fact]
    public void Links_in_a_folder_are_not_followed_and_named()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _folders.Random("outside/secret");
        _folders.Random("tree/a");
        Directory.CreateSymbolicLink(_folders.At("tree", "loop"), _folders.At("tree"));
        Directory.CreateSymbolicLink(_folders.At("tree", "out"), _folders.At("outside"));
        File.CreateSymbolicLink(_folders.At("tree", "file"), _folders.At("outside", "secret"));

        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([_folders.At("tree")], null, null, recurse: true);

        Assert.Equal(["a"], plan.Where(file => !file.IsSettled).Select(file => Path.GetFileName(file.Source)));
        Assert.Equal(["file", "loop", "out"], plan.Where(file => file.LeftOut?.Contains("link", StringComparison.Ordinal) == true).Select(file => Path.GetFileName(file.Source)));
    }

    [Fact]
    public void Of_two_sources_with_one_target_the_second_is_refused_and_names_both()
    {
        string one = _folders.Random("x/same");
        string other = _folders.Random("y/same");
        string third = _folders.Random("z/another");

        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([one, other, third], _folders.At("out"), null, recurse: false);

        Assert.Equal([one, other, third], plan.Select(file => file.Source));
        Assert.Equal([null, ErrorCodes.OutputExists, null], plan.Select(file => file.Refusal?.Code));
        Assert.Contains(one, plan[1].Refusal!.Detail, StringComparison.Ordinal);
        Assert.Contains(other, plan[1].Refusal!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_listed_is_refused_alone()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return;
        }

        string fine = _folders.Random("fine");
        string shut = Directory.CreateDirectory(_folders.At("shut"), UnixFileMode.None).FullName;

        IReadOnlyList<FileRequest> plan = FilePlanner.ForProtect([shut, fine], null, null, recurse: false);

        Assert.Equal([(shut, ErrorCodes.StorageFailed), (fine, null)], plan.Select(file => (file.Source, file.Refusal?.Code)));
    }

    [Fact]
    public void An_output_file_is_for_one_input_and_excludes_a_destination()
    {
        string one = _folders.Random("one");
        string other = _folders.Random("other");

        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => FilePlanner.ForProtect([one, other], null, _folders.At("out"), recurse: false)));
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => FilePlanner.ForProtect([one], _folders.Work, _folders.At("out"), recurse: false)));
        Assert.Equal(ErrorCodes.InvalidInput, CodeOf(() => FilePlanner.ForProtect([_folders.Work], null, _folders.At("out"), recurse: false)));
    }

    [Fact]
    public void Of_a_folder_only_files_with_the_extension_are_read()
    {
        _folders.Random("a.tenc");
        _folders.Random("b.TENC");
        _folders.Random("c.txt");

        Assert.Equal(["a", "b"], FilePlanner.ForUnprotect([_folders.Work], null, null, recurse: false).Select(file => Path.GetFileName(file.Destination)));
        Assert.Equal([_folders.At("a.tenc"), _folders.At("b.TENC")], FilePlanner.ForTest([_folders.Work], recurse: false).Select(file => file.Source));
    }

    [Fact]
    public void Only_temporary_files_of_the_product_itself_are_left_out()
    {
        _folders.Random(".0123456789abcdef0123.tenc-partial");
        string users = _folders.Random("my.tenc-partial");

        Assert.Equal([users], FilePlanner.ForProtect([_folders.Work], null, null, recurse: true).Select(file => file.Source));
    }

    private static string CodeOf(Action plan) => Assert.Throws<TenantEncryptionException>(plan).Code;
}
