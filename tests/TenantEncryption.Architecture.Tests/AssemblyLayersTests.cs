using TenantEncryption.Architecture.Tests.Sample;
using TenantEncryption.Testing.Layers;

namespace TenantEncryption.Architecture.Tests;

/// <summary>What is declared of an assembly, and what is said when it is not so.</summary>
public class AssemblyLayersTests
{
    private static readonly AssemblyMap Map = AssemblyMap.Of(typeof(ByNew).Assembly.Location);

    private const string Use = $"Sample/Second/{nameof(ByNew)} uses Sample/First/{nameof(Used)}";

    [Fact]
    public void A_folder_sees_those_before_it() =>
        Assert.Empty(Declare("Sample/First   used", "Sample/Second  users", ".  tests").Violations(Map));

    [Fact]
    public void A_use_against_the_order_is_one_line_with_both_types_and_folders() =>
        Assert.Contains($"{Use}, but Sample/Second stands before Sample/First", Declare("Sample/Second  users", "Sample/First  used").Violations(Map));

    [Fact]
    public void Folders_side_by_side_dont_see_each_other() =>
        Assert.Contains($"{Use}, but Sample/Second stands beside Sample/First", Declare("Sample/First  used", "| Sample/Second  users").Violations(Map));

    [Fact]
    public void The_root_folder_is_a_folder_as_others() =>
        Assert.Contains(
            $"{nameof(AssemblyMapTests)} uses Sample/Second/{nameof(ByNew)}, but the root folder stands before Sample/Second",
            Declare(".  tests", "Sample/Second  users").Violations(Map));

    [Fact]
    public void A_folder_without_a_place_is_named() => Assert.Equal(["Sample/Second"], Declare(".  tests", "Sample/First  used").Unplaced(Map));

    [Fact]
    public void A_place_without_types_is_named() => Assert.Equal(["Gone"], Declare("Gone  nothing", "Sample/First  used").Empty(Map));

    [Fact]
    public void A_line_that_says_not_what_a_folder_is_for_is_refused() =>
        Assert.Contains("'Sample' is not a folder and what it is for", Assert.Throws<InvalidDataException>(() => Declare("Sample")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_folder_stands_on_leaves_out_what_that_stands_on()
    {
        var uses = new FolderUses(Map);
        Assert.Equal(["Sample/First"], uses.Nearest("Sample/Second"));
        Assert.Equal(["Sample/Second"], uses.Nearest(""));
    }

    private static AssemblyLayers Declare(params string[] order) =>
        AssemblyLayers.Parse("Sample", ["A sample.", "sees:", "packages:", "", .. order]);
}
