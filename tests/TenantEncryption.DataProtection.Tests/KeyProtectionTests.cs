using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Hosting.Tests.Scenarios;

namespace TenantEncryption.DataProtection.Tests;

/// <summary>What a host protected (a cookie, a token) the next host reads, as long as the tenant's provider opens the keys; and no other key is believed.</summary>
public sealed class KeyProtectionTests
{
    private const string Cookie = "the session of a user";

    [Fact]
    public async Task What_one_host_protected_the_next_one_reads()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        (string payload, _) = await FirstHostAsync(scene);

        using IHost next = await StartAsync(scene);
        Assert.Equal(Cookie, ProtectorOf(next).Unprotect(payload));
    }

    [Fact]
    public async Task The_stored_keys_are_messages_of_the_tenant_and_nothing_of_them_is_readable()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        await FirstHostAsync(scene);

        string stored = File.ReadAllText(Assert.Single(Directory.GetFiles(KeyFolder(scene))));

        Assert.DoesNotContain("masterKey", stored, StringComparison.OrdinalIgnoreCase);
        MessageInfo header = TenantDataProtector.ReadHeader(KeyElement.Read(XDocument.Parse(stored).Descendants("tenantEncryptedKey").Single()));
        Assert.Equal(("web", "aspnetcore-data-protection-key"), (header.TenantId, header.EncryptionContext!["purpose"]));
    }

    [Fact]
    public async Task With_the_provider_disabled_a_new_host_reads_nothing_and_says_why_with_a_code()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        (string payload, string keyArn) = await FirstHostAsync(scene);
        await scene.DisableAsync(keyArn);

        using IHost next = await StartAsync(scene);
        Assert.Equal(ErrorCodes.KeyDisabled, CodeOf(() => ProtectorOf(next).Unprotect(payload)));
        Assert.Equal(ErrorCodes.KeyDisabled, CodeOf(() => ProtectorOf(next).Protect(Cookie)));

        await scene.EnableAsync(keyArn);
        using IHost later = await StartAsync(scene);
        Assert.Equal(Cookie, ProtectorOf(later).Unprotect(payload));
    }

    [Fact]
    public async Task A_host_that_runs_goes_on_with_the_keys_that_it_has_in_memory()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        string keyArn = await scene.AddTenantAsync(host, "web");
        string payload = ProtectorOf(host).Protect(Cookie);
        await scene.DisableAsync(keyArn);
        host.Services.GetRequiredService<TenantEncryptionService>().Keys.ClearLeases();

        // What the documentation says of the kill switch: it binds at the next load of the key ring, and not at once.
        Assert.Equal(Cookie, ProtectorOf(host).Unprotect(payload));
    }

    [Fact]
    public async Task A_key_of_another_tenant_is_refused()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        await scene.AddTenantAsync(host, "web");
        await scene.AddTenantAsync(host, "other");
        var key = new XElement("masterKey", "of other");
        XElement stored = new TenantXmlEncryptor(ServiceOf(host), new TenantOfKeys("other")).Encrypt(key).EncryptedElement;

        Assert.Equal(ErrorCodes.WrongTenant, CodeOf(() => new TenantXmlDecryptor(host.Services).Decrypt(stored)));
    }

    [Fact]
    public async Task Another_message_of_the_tenant_is_never_taken_for_a_key()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        await scene.AddTenantAsync(host, "web");
        await using DataSession session = ServiceOf(host).Data.BeginSession();
        byte[] upload = await session.ProtectValueAsync("web", Encoding.UTF8.GetBytes("<masterKey>that an attacker knows</masterKey>"));

        Assert.Equal(ErrorCodes.ContextMismatch, CodeOf(() => new TenantXmlDecryptor(host.Services).Decrypt(KeyElement.Write(upload))));
    }

    [Fact]
    public async Task A_stored_key_that_was_altered_is_refused()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await StartAsync(scene);
        await scene.AddTenantAsync(host, "web");
        byte[] message = KeyElement.Read(new TenantXmlEncryptor(ServiceOf(host), new TenantOfKeys("web")).Encrypt(new XElement("masterKey")).EncryptedElement);
        message[^1] ^= 1;

        Assert.Equal(ErrorCodes.MessageAltered, CodeOf(() => new TenantXmlDecryptor(host.Services).Decrypt(KeyElement.Write(message))));
        Assert.Equal(ErrorCodes.NotAMessage, CodeOf(() => new TenantXmlDecryptor(host.Services).Decrypt(new XElement("tenantEncryptedKey"))));
    }

    /// <summary>The code of the error within what data protection throws.</summary>
    public static string? CodeOf(Action work)
    {
        Exception? thrown = Record.Exception(work);
        for (Exception? one = thrown; one is not null; one = one.InnerException)
        {
            if (one is TenantEncryptionException known)
            {
                return known.Code;
            }
        }

        return thrown?.ToString();
    }

    private static async Task<(string Payload, string KeyArn)> FirstHostAsync(HostScene scene)
    {
        using IHost host = await StartAsync(scene);
        string keyArn = await scene.AddTenantAsync(host, "web");
        return (ProtectorOf(host).Protect(Cookie), keyArn);
    }

    private static Task<IHost> StartAsync(HostScene scene) => scene.StartAsync(services => AddTo(services, KeyFolder(scene)));

    // docs/dotnet.md shows it.
    private static void AddTo(IServiceCollection services, string keyFolder) =>
        services.AddDataProtection()
            .SetApplicationName("shop")
            .PersistKeysToFileSystem(new DirectoryInfo(keyFolder))
            .ProtectKeysWithTenantEncryption("web");

    private static string KeyFolder(HostScene scene) => Path.Combine(scene.Folder, "keys");

    private static IDataProtector ProtectorOf(IHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookies");

    private static TenantEncryptionService ServiceOf(IHost host) => host.Services.GetRequiredService<TenantEncryptionService>();
}
