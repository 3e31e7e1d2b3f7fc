using System.Globalization;
using System.Text;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Telemetry;

/// <summary>Telemetry goes to whoever runs the collector: no tag has a key, a plaintext, a value of an encryption context or a path, also where work fails.</summary>
public sealed class NothingSecretTests
{
    private const string Canary = "canary-plaintext-7d1f";
    private const string ContextValue = "canary-context-40ac";

    [Fact]
    public async Task No_tag_and_no_name_has_anything_secret()
    {
        using var listening = Listening.Begin();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService _ = service;
        await WorkAsync(service, cmk);
        byte[] kek = await service.OpenKeyAsync(await InternalKeyAsync(service));

        string told = string.Join('\n', TextsOf(listening));
        string[] secrets =
        [
            Canary, ContextValue, service.Folders.Store, service.Folders.At(""), "arn:",
            Convert.ToHexString(kek), Convert.ToBase64String(kek), Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)),
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("KEY_DISABLED", told, StringComparison.Ordinal);
        Assert.Contains("acme", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_id_is_no_tag_of_a_metric()
    {
        using var listening = Listening.Begin();
        (TestService service, KeyProvider cmk) = await TestService.WithCmkAsync();
        await using TestService _ = service;
        await WorkAsync(service, cmk);

        Assert.NotEmpty(listening.All);
        Assert.DoesNotContain(listening.All.SelectMany(one => one.Tags.Values), value => value is "acme");
    }

    private static async Task WorkAsync(TestService service, KeyProvider cmk)
    {
        var bound = new ProtectOptions { EncryptionContext = new Dictionary<string, string> { ["purpose"] = ContextValue } };
        byte[] message = await service.ProtectValueAsync(Encoding.UTF8.GetBytes(Canary), options: bound);
        await service.ReadValueAsync(message);
        File.WriteAllText(service.Folders.At(Canary), Canary);
        string file = await service.ProtectAsync(service.Folders.At(Canary));
        await service.UnprotectAsync(file, service.Folders.At("out"));
        await service.UnprotectAsync(service.Folders.At("missing-" + Canary), service.Folders.At("out"));
        await service.Service.Migrations.StartAsync("acme", (await service.InternalAsync()).Id);
        await service.Service.Migrations.StartAsync("acme", cmk.Id);
        service.Service.Keys.ClearLeases();
        await service.Keys.DisableAsync(cmk.KeyArn!);
        await service.CodeOfReadingAsync(message);
    }

    private static async Task<KeyEncryptionKey> InternalKeyAsync(TestService service)
    {
        await service.Service.Tenants.CreateAsync(new TenantEncryption.Tenants.NewTenant { TenantId = "internal" });
        await service.ProtectValueAsync(Encoding.UTF8.GetBytes(Canary), "internal");
        return Assert.Single(await service.Service.Keys.ListAsync("internal"));
    }

    private static IEnumerable<string> TextsOf(Listening listening) =>
    [
        .. listening.All.SelectMany(one => one.Tags).Select(Text),
        .. listening.Activities.SelectMany(one => one.TagObjects).Select(Text),
        .. listening.Activities.SelectMany(one => one.Events).Select(one => one.Name + string.Concat(one.Tags.Select(Text))),
        .. listening.Activities.SelectMany(one => one.Baggage).Select(pair => pair.Key + "=" + pair.Value),
        .. listening.Activities.Select(one => $"{one.DisplayName} {one.OperationName} {one.StatusDescription}"),
    ];

    private static string Text(KeyValuePair<string, object?> tag) => tag.Key + "=" + Convert.ToString(tag.Value, CultureInfo.InvariantCulture);
}
