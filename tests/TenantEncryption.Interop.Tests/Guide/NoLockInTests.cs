using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Interop.Tests.Programs;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>Someone has a file, the store and <c>docs/no-lock-in.md</c>, and none of our software.</summary>
public sealed class NoLockInTests
{
    [InteropFact(ProgramNames.Bash, ProgramNames.Sqlite, ProgramNames.Aws, ProgramNames.Node)]
    public async Task The_guide_works_as_it_is_written()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        byte[] plaintext = RandomNumberGenerator.GetBytes(600_000);
        var options = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["purpose"] = "guide", ["\U0001F600"] = "é" } };
        await deployment.CreateTenantAsync("globex");
        ProtectedFile file = await deployment.ProtectFileAsync("globex", "sales.hyper", plaintext, options);
        await deployment.MoveToMasterKeyAsync("globex");
        await deployment.CreateTenantAsync("initech", KeyHierarchy.Direct);
        KeyProvider provider = await deployment.RegisterAsync("initech", await deployment.CreateMasterKeyAsync());
        await deployment.Service.Providers.EnableAsync(provider.Id);
        ProtectedFile direct = await deployment.ProtectFileAsync("initech", "direct.hyper", plaintext, options);
        await deployment.CloseStoreAsync();

        GuidePage guide = GuidePage.Read("no-lock-in.md");
        string desk = await LayOutAsync(deployment, guide, file, direct);
        deployment.Sandbox.Variables["AWS_ENDPOINT_URL_KMS"] = deployment.KmsUrl;
        ProgramResult result = await deployment.Sandbox.RunAsync(ProgramNames.Bash, ["-e", "-u", "-o", "pipefail", "-c", guide.Script], workingFolder: desk);

        result.Expect("the guide");
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(Path.Combine(desk, "sales.hyper")));
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(Path.Combine(desk, "direct.hyper")));
    }

    [Fact]
    public void The_guide_shows_the_script_that_the_tests_run() => Assert.Equal(
        File.ReadAllText(Path.Combine(Repository.Interop, "recover-kek.mjs")).ReplaceLineEndings("\n"),
        GuidePage.Read("no-lock-in.md").Files["recover-kek.mjs"]);

    private static async Task<string> LayOutAsync(Deployment deployment, GuidePage guide, params ProtectedFile[] messages)
    {
        string desk = deployment.Sandbox.MakeFolder("desk");
        await NodePackages.EnsureAsync();
        Directory.CreateSymbolicLink(Path.Combine(desk, "node_modules"), Path.Combine(Repository.Interop, "node_modules"));
        File.Copy(Path.Combine(deployment.StoreFolder, SqliteStore.FileName), Path.Combine(desk, SqliteStore.FileName));
        foreach (ProtectedFile message in messages)
        {
            File.Copy(message.Path, Path.Combine(desk, Path.GetFileName(message.Path)));
        }

        foreach ((string name, string content) in guide.Files)
        {
            await File.WriteAllTextAsync(Path.Combine(desk, name), content);
        }

        return desk;
    }
}
