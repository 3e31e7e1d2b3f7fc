using TenantEncryption.Testing.Layers;

namespace TenantEncryption.Architecture.Tests;

/// <summary>Each assembly against the order of its folders in <c>tests/layers</c>: a folder sees only those before it.</summary>
public class LayerTests
{
    public static TheoryData<string> Assemblies => [.. BuiltAssemblies.Names];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_type_uses_one_of_a_later_folder_or_of_one_beside_its_own(string assembly) =>
        Nothing(BuiltAssemblies.Layers(assembly).Violations(Map(assembly)));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_folder_that_has_types_stands_in_the_order(string assembly) =>
        Nothing([.. BuiltAssemblies.Layers(assembly).Unplaced(Map(assembly)).Select(folder => $"{folder} has types and no place in tests/layers/{assembly}.layers")]);

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_folder_in_the_order_has_types(string assembly) =>
        Nothing([.. BuiltAssemblies.Layers(assembly).Empty(Map(assembly)).Select(folder => $"{folder} has a place in tests/layers/{assembly}.layers and no types")]);

    [Fact]
    public void The_picture_in_the_documents_is_the_assemblies_of_today()
    {
        string page = File.ReadAllText(LayersPage.Path).ReplaceLineEndings("\n");
        Assert.True(
            page == LayersPage.WithPicture(page, BuiltAssemblies.All),
            "docs/architecture.md is not what the assemblies are: dotnet run --project tests/layers");
    }

    private static AssemblyMap Map(string assembly) => AssemblyMap.Of(BuiltAssemblies.PathOf(assembly));

    private static void Nothing(IReadOnlyList<string> found) => Assert.True(found.Count == 0, string.Join('\n', found));
}
