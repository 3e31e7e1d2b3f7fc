using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>What is compiled ahead of time is the same assemblies, and never the only copy of one. Only a Release build compiles them.</summary>
public class ModuleImageTests
{
    private static readonly string Images = Path.Combine(BuiltModule.Folder, "images");

    public static TheoryData<string> Compiled => Directory.Exists(Images)
        ? [.. Directory.GetFiles(Images, "*.dll", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Images, path))]
        : ["none"];

    private static readonly string[] FirstValue =
    [
        "AWSSDK.Core.dll", "Microsoft.Data.Sqlite.dll",
        "TenantEncryption.Abstractions.dll", "TenantEncryption.Core.dll", "TenantEncryption.Envelope.dll",
        "TenantEncryption.Sql.dll", "TenantEncryption.Sqlite.dll",
    ];

    [Fact]
    public void A_release_has_images_of_what_a_first_value_runs_and_another_build_has_none()
    {
        string[] actual = Directory.Exists(Images) ? [.. Directory.GetFiles(Path.Combine(Images, "linux-x64")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
        Assert.Equal(BuiltModule.IsRelease ? FirstValue : [], actual);
    }

    [Theory]
    [MemberData(nameof(Compiled))]
    public void An_image_has_native_code_and_is_the_assembly_that_every_other_platform_has(string image)
    {
        if (image == "none")
        {
            return;
        }

        using var compiled = new PEReader(File.OpenRead(Path.Combine(Images, image)));
        using var intermediate = new PEReader(File.OpenRead(IntermediateOf(Path.GetFileName(image))));
        Assert.NotEqual(0, compiled.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
        Assert.Equal(0, intermediate.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size);
        // The runtime takes the two for one assembly by this.
        Assert.Equal(Version(intermediate), Version(compiled));
    }

    private static string IntermediateOf(string file) =>
        Path.Combine(BuiltModule.Folder, file) is var shared && File.Exists(shared) ? shared : Path.Combine(BuiltModule.Folder, "lib", file);

    private static Guid Version(PEReader reader)
    {
        MetadataReader metadata = reader.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
