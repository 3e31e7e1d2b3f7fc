using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Interop.Tests.Deployments;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests;

/// <summary>The product against a KMS that is not ours: <c>moto_server</c>. It enforces nothing, so only that all works is shown.</summary>
public sealed class MotoTests
{
    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_tenant_is_registered_tested_migrated_there_and_back_and_reads_everything()
    {
        using var sandbox = new Sandbox();
        await using MotoServer moto = await MotoServer.StartAsync(sandbox);
        await using Deployment deployment = await Deployment.StartAsync(moto.Url);
        await deployment.CreateTenantAsync("globex");
        byte[] plaintext = RandomNumberGenerator.GetBytes(600_000);
        var messages = new List<string> { (await deployment.ProtectFileAsync("globex", "internal", plaintext)).Path };

        await deployment.MoveToMasterKeyAsync("globex");
        messages.Add((await deployment.ProtectFileAsync("globex", "first", plaintext)).Path);
        await deployment.MoveToMasterKeyAsync("globex");
        messages.Add((await deployment.ProtectFileAsync("globex", "second", plaintext)).Path);
        await ReadAllAsync();
        await deployment.MigrateAsync("globex", (await deployment.Service.Providers.ResolveAsync("Internal", "globex")).Id);
        messages.Add((await deployment.ProtectFileAsync("globex", "back", plaintext)).Path);
        await ReadAllAsync();

        async Task ReadAllAsync()
        {
            foreach (string message in messages)
            {
                Assert.Equal(plaintext, await deployment.UnprotectAsync(message, new UnprotectOptions { TenantId = "globex" }));
            }
        }
    }

    [InteropFact(ProgramNames.MotoServer)]
    public async Task A_Direct_tenant_writes_and_reads()
    {
        using var sandbox = new Sandbox();
        await using MotoServer moto = await MotoServer.StartAsync(sandbox);
        await using Deployment deployment = await Deployment.StartAsync(moto.Url);
        await deployment.CreateTenantAsync("globex", KeyHierarchy.Direct);
        KeyProvider provider = await deployment.RegisterAsync("globex", await deployment.CreateMasterKeyAsync());
        await deployment.Service.Providers.EnableAsync(provider.Id);
        byte[] plaintext = RandomNumberGenerator.GetBytes(600_000);

        ProtectedFile file = await deployment.ProtectFileAsync("globex", "direct", plaintext);

        Assert.Null(file.KekId);
        Assert.Equal(plaintext, await deployment.UnprotectAsync(file.Path, new UnprotectOptions { TenantId = "globex" }));
    }
}
