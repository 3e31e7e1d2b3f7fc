using System.Diagnostics;
using Newtonsoft.Json.Linq;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>A page of <c>docs</c>, followed in PowerShell by <c>tests/Acceptance/Invoke-Page.ps1</c>, in a folder and with root keys of its own.</summary>
internal static class FollowedPage
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Follows it, and fails with each block that did not do what the page says.</summary>
    /// <param name="name">Its name in <c>docs</c>.</param>
    public static async Task FollowAsync(string name)
    {
        using var sandbox = new Sandbox();
        string desk = sandbox.MakeFolder("desk");
        await NodePackages.EnsureAsync();
        Directory.CreateSymbolicLink(Path.Combine(desk, "node_modules"), Path.Combine(NodePackages.Folder, "node_modules"));
        ProcessStartInfo start = PowerShellProgram.Start("-File", Repository.At("tests", "Acceptance", "Invoke-Page.ps1"), "-Page", Repository.At("docs", name), "-Folder", desk);
        sandbox.Prepare(start);
        start.Environment["XDG_CONFIG_HOME"] = sandbox.MakeFolder("config");
        ProgramResult run = await ProgramRun.RunAsync(start, limit: Limit);

        string output = run.Expect(name);
        JArray blocks = JArray.Parse(output[(output.LastIndexOf("BLOCKS ", StringComparison.Ordinal) + "BLOCKS ".Length)..]);
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.True((bool)block["AsPrinted"]! || (block["Printed"]!.Type == JTokenType.Null && !block["Problems"]!.Any()), block.ToString()));
    }
}
