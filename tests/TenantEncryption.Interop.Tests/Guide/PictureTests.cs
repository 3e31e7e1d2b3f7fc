using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>The pictures of the pages are made of the texts beside them.</summary>
public sealed class PictureTests
{
    [InteropFact(ProgramNames.Node)]
    public async Task Each_picture_is_what_its_text_says()
    {
        using var sandbox = new Sandbox();
        await NodePackages.EnsureAsync();
        (await sandbox.RunAsync(ProgramNames.Node, ["pictures.mjs", "--check"], workingFolder: NodePackages.Folder)).Expect("pictures.mjs");
    }
}
