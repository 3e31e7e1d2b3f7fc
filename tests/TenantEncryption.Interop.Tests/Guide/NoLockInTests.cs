using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Guide;

/// <summary>Someone has a file, the store and <c>docs/no-lock-in.md</c>, and none of our software.</summary>
public sealed class NoLockInTests
{
    /// <summary>What a writer may put before the keys in a header, so that who searches there instead of counting is led astray.</summary>
    private static readonly Dictionary<string, string> Astray = new()
    {
        ["purpose"] = "guide",
        ["\U0001F600"] = "é",
        ["aws-kms"] = "aws-kms",
        ["note"] = "was kek-00000000000000000000",
        ["old"] = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ["tenant-encryption"] = "\0\u0001\0\u0011tenant-encryption\0\u002Ckek-ffffffffffffffffffff\0\0\0\u0080\0\0\0\u000C012345678901\0\u0001x",
        ["kms"] = "\0\u0001\0\u0007aws-kms\0\u004Barn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab\0\u0001x",
        ["quotes"] = "'; DROP TABLE key_encryption_keys; $(touch led-astray) `touch led-astray`",
    };

    [InteropFact(ProgramNames.Bash, ProgramNames.Sqlite, ProgramNames.Aws, ProgramNames.Node)]
    public async Task The_guide_works_as_it_is_written_whatever_a_files_context_holds()
    {
        await using Deployment deployment = await Deployment.StartAsync();
        byte[] plaintext = RandomNumberGenerator.GetBytes(600_000);
        var options = new ProtectOptions { EncryptionContext = Astray };
        await deployment.CreateTenantAsync("globex");
        ProtectedFile file = await deployment.ProtectFileAsync("globex", "sales.hyper", plaintext, options);
        await deployment.MoveToMasterKeyAsync("globex");
        await deployment.CreateTenantAsync("initech", KeyHierarchy.Direct);
        KeyProvider provider = await deployment.RegisterAsync("initech", await deployment.CreateMasterKeyAsync());
        await deployment.Service.Providers.EnableAsync(provider.Id);
        ProtectedFile direct = await deployment.ProtectFileAsync("initech", "direct.hyper", plaintext, options);
        string ring = deployment.Sandbox.PathOf("ring.json");
        await deployment.Service.KeyRings.ExportAsync("globex", ring, passphrase: null);
        await deployment.CloseStoreAsync();

        GuidePage guide = GuidePage.Read("no-lock-in.md");
        string desk = await LayOutAsync(deployment, guide, file, direct);
        File.Copy(ring, Path.Combine(desk, "ring.json"));
        deployment.Sandbox.Variables["AWS_ENDPOINT_URL_KMS"] = deployment.KmsUrl;
        ProgramResult result = await deployment.Sandbox.RunAsync(ProgramNames.Bash, ["-e", "-u", "-o", "pipefail", "-c", guide.Script], workingFolder: desk);

        result.Expect("the guide");
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(Path.Combine(desk, "sales.hyper")));
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(Path.Combine(desk, "sales-again.hyper")));
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(Path.Combine(desk, "direct.hyper")));
        Assert.False(File.Exists(Path.Combine(desk, "led-astray")));
        Assert.Equal($"tenant-encryption {file.KekId}", await KeyNamesAsync("sales.hyper.tenc"));
        Assert.Equal($"aws-kms {provider.KeyArn}", await KeyNamesAsync("direct.hyper.tenc"));

        async Task<string> KeyNamesAsync(string message)
        {
            ProgramResult names = await deployment.Sandbox.RunAsync(ProgramNames.Node, ["key-names.mjs", message], workingFolder: desk);
            return names.Expect("key-names.mjs").Trim();
        }
    }

    [Fact]
    public void The_guide_shows_the_script_that_the_tests_run() => Assert.Equal(
        File.ReadAllText(Path.Combine(NodePackages.Folder, "recover-kek.mjs")).ReplaceLineEndings("\n"),
        GuidePage.Read("no-lock-in.md").Files["recover-kek.mjs"]);

    private static async Task<string> LayOutAsync(Deployment deployment, GuidePage guide, params ProtectedFile[] messages)
    {
        string desk = deployment.Sandbox.MakeFolder("desk");
        await NodePackages.EnsureAsync();
        Directory.CreateSymbolicLink(Path.Combine(desk, "node_modules"), Path.Combine(NodePackages.Folder, "node_modules"));
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
