using TenantEncryption.Architecture.Tests.Sample;
using TenantEncryption.Testing.Layers;

namespace TenantEncryption.Architecture.Tests;

/// <summary>The reader of assemblies sees each way in which one type can use another: what it misses no order of layers would hold.</summary>
public class AssemblyMapTests
{
    private static readonly AssemblyMap Map = AssemblyMap.Of(typeof(ByNew).Assembly.Location);

    public static TheoryData<string> Users =>
        [.. Map.Types.Where(type => type.Folder == "Sample/Second" && type.Name != nameof(NoUse)).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Users))]
    public void Each_way_of_a_use_is_seen(string user) =>
        Assert.Contains(Map.Uses, use => use.User == new PlacedType("Sample/Second", user) && use.Used is { Folder: "Sample/First" } and not { Name: "NamingAttribute" });

    [Fact]
    public void All_samples_are_there() => Assert.Equal(49, Users.Count);

    [Fact]
    public void Who_uses_nothing_has_no_use() => Assert.DoesNotContain(Map.Uses, use => use.User.Name == nameof(NoUse));

    [Fact]
    public void Arguments_of_generics_count_in_attributes_too() =>
        Assert.Equal(
            ["NamingAttribute", "UsedGeneric", "UsedValue"],
            Map.Uses.Where(use => use.User.Name == nameof(ByGenericInAttribute)).Select(use => use.Used.Name));

    [Fact]
    public void A_nested_type_counts_as_the_one_that_holds_it()
    {
        Assert.DoesNotContain(Map.Types, type => type.Name is "Inner" or "Nested");
        Assert.Contains(new TypeUse(new PlacedType("Sample/Second", nameof(ByNested)), new PlacedType("Sample/First", nameof(Used))), Map.Uses);
    }

    [Fact]
    public void Types_without_code_have_the_folder_of_their_source() =>
        Assert.Equal(
            ["Sample/First", "Sample/First", "Sample/Second"],
            [.. Map.Types.Where(type => type.Name is nameof(IUsed) or nameof(UsedKind) or nameof(NoUse)).Select(type => type.Folder)]);

    [Fact]
    public void What_the_compiler_made_is_no_type_of_the_project() => Assert.DoesNotContain(Map.Types, type => type.Name.Contains('<') || type.Folder.StartsWith("obj", StringComparison.Ordinal));
}
