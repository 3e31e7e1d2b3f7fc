using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Errors;
using TenantEncryption.Hosting.Tests.Scenarios;

namespace TenantEncryption.DataProtection.Tests;

/// <summary>Each tenant has a key ring of its own, under its own provider.</summary>
public sealed class TenantDataProtectionTests
{
    [Fact]
    public async Task What_was_protected_for_one_tenant_is_read_for_it_alone_and_by_the_next_host()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        string payload;
        using (IHost host = await StartAsync(scene))
        {
            await scene.AddTenantAsync(host, "acme");
            await scene.AddTenantAsync(host, "globex");
            payload = ProtectorOf(host, "acme").Protect("of acme");
            Assert.Throws<CryptographicException>(() => ProtectorOf(host, "globex").Unprotect(payload));
        }

        using IHost next = await StartAsync(scene);
        Assert.Equal("of acme", ProtectorOf(next, "acme").Unprotect(payload));
    }

    [Fact]
    public async Task A_tenant_whose_key_is_shut_loses_its_own_ring_alone()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        string acmes;
        string globexs;
        using (IHost host = await StartAsync(scene))
        {
            string keyArn = await scene.AddTenantAsync(host, "acme");
            await scene.AddTenantAsync(host, "globex");
            (acmes, globexs) = (ProtectorOf(host, "acme").Protect("of acme"), ProtectorOf(host, "globex").Protect("of globex"));
            await scene.DisableAsync(keyArn);
        }

        using IHost next = await StartAsync(scene);
        Assert.Equal(ErrorCodes.KeyDisabled, KeyProtectionTests.CodeOf(() => ProtectorOf(next, "acme").Unprotect(acmes)));
        Assert.Equal("of globex", ProtectorOf(next, "globex").Unprotect(globexs));
    }

    [Fact]
    public async Task Ids_that_are_no_names_of_folders_or_differ_in_case_are_tenants_like_others()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        string[] ids = ["../acme", "ACME", "a/b"];
        foreach (string id in ids)
        {
            await scene.AddTenantAsync(host, id);
            ProtectorOf(host, id).Protect("x");
        }

        Assert.Equal(ids.Length, Directory.GetDirectories(Path.Combine(scene.Folder, "keys")).Length);
    }

    [Fact]
    public async Task A_tenants_data_protection_is_the_same_each_time()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        await scene.AddTenantAsync(host, "acme");
        ITenantDataProtection tenants = host.Services.GetRequiredService<ITenantDataProtection>();

        IDataProtector protector = tenants.For("acme").CreateProtector("cookies");

        Assert.Equal("x", ProtectorOf(host, "acme").Unprotect(protector.Protect("x")));
        Assert.Same(tenants.For("acme"), tenants.For("acme"));
    }

    private static Task<IHost> StartAsync(HostScene scene) => scene.StartAsync(services => AddTo(services, Path.Combine(scene.Folder, "keys")));

    // docs/dotnet.md shows it.
    private static void AddTo(IServiceCollection services, string keyFolder)
    {
        services.AddTenantDataProtection(keyFolder);
    }

    private static IDataProtector ProtectorOf(IHost host, string tenantId) =>
        host.Services.GetRequiredService<ITenantDataProtection>().For(tenantId).CreateProtector("cookies");
}
