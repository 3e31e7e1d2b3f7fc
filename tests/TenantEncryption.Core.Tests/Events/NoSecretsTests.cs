using System.Text;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Providers;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Events;

/// <summary>No plaintext key is in the database, in its log, in an event or in a warning, in any usual notation.</summary>
public sealed class NoSecretsTests
{
    [Fact]
    public async Task No_plaintext_key_is_written_anywhere()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] secret = Encoding.UTF8.GetBytes("the plaintext of a value, " + Guid.NewGuid());
        byte[] message = await service.ProtectValueAsync(secret);
        File.WriteAllBytes(service.Folders.At("file"), secret);
        await service.ProtectAsync(service.Folders.At("file"));
        var keks = new List<byte[]>();
        keks.Add(await service.OpenKeyAsync(Assert.Single(await service.Service.Keys.ListAsync("acme"))));
        await service.Service.Keys.RotateAsync("acme");
        foreach (KeyEncryptionKey key in await service.Service.Keys.ListAsync("acme"))
        {
            keks.Add(await service.OpenKeyAsync(key));
        }

        KeyProvider cmk = await service.RegisterAsync("CMK");
        await service.Service.Migrations.StartAsync("acme", cmk.Id);
        await service.Keys.DisableAsync(cmk.KeyArn!);
        service.Service.Keys.ClearLeases();
        string error = (await Refusal.OfAsync(() => service.ReadValueAsync(message))).ToString();
        using RootKeySet roots = (await service.LoadRootsAsync())!;
        List<byte[]> secrets = [.. keks, secret, .. roots.Keys.Select(root => root.Material.Span.ToArray())];
        string events = string.Concat((await service.EventsAsync()).Select(one => Newtonsoft.Json.JsonConvert.SerializeObject(one)));

        byte[] written =
        [
            .. File.ReadAllBytes(service.DatabaseFile), .. File.ReadAllBytes(service.DatabaseFile + "-wal"),
            .. Encoding.UTF8.GetBytes(events + error + string.Concat(service.Warnings)),
        ];

        Assert.Equal(3, keks.Select(Convert.ToHexString).Distinct().Count() + 1);
        Assert.All(secrets, one => Assert.All(Notations(one), notation => Assert.Equal(-1, written.AsSpan().IndexOf(notation))));
        Assert.NotEqual(-1, written.AsSpan().IndexOf(Encoding.ASCII.GetBytes(cmk.Id)));
    }

    private static IEnumerable<byte[]> Notations(byte[] secret) =>
    [
        secret,
        Encoding.ASCII.GetBytes(Convert.ToHexString(secret)),
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),

        // Base64 at each of its three alignments, without the characters that neighbours would change.
        Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)[..^4]),
        Encoding.ASCII.GetBytes(Convert.ToBase64String([0, .. secret])[4..^4]),
        Encoding.ASCII.GetBytes(Convert.ToBase64String([0, 0, .. secret])[4..^4]),
    ];
}
