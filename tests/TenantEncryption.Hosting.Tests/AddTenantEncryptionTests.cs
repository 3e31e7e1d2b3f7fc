using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TenantEncryption.Data;
using TenantEncryption.Errors;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Testing;

namespace TenantEncryption.Hosting.Tests;

/// <summary>A host has one service, opened before it starts and disposed with it; what can't be opened is said at once.</summary>
public sealed class AddTenantEncryptionTests
{
    [Fact]
    public async Task The_service_is_one_and_works_until_the_host_is_disposed()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        IHost host = await scene.StartAsync();
        await scene.AddTenantAsync(host, "acme");
        TenantEncryptionService service = host.Services.GetRequiredService<TenantEncryptionService>();
        Assert.Same(service, host.Services.GetRequiredService<TenantEncryptionService>());
        DataSession session = service.Data.BeginSession();
        byte[] message = await session.ProtectValueAsync("acme", new byte[] { 1, 2, 3 });

        await host.StopAsync();
        host.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await session.UnprotectValueAsync(message));
        using IHost again = await scene.StartAsync();
        await using DataSession later = again.Services.GetRequiredService<TenantEncryptionService>().Data.BeginSession();
        Assert.Equal([1, 2, 3], (await later.UnprotectValueAsync(message)).Plaintext);
    }

    [Fact]
    public async Task A_host_without_its_store_does_not_start_and_makes_none()
    {
        await using HostScene scene = await HostScene.BeginAsync();

        string code = await Refusal.CodeOfAsync(() => scene.StartAsync(services => services.Configure<TenantEncryptionSettings>(settings => settings.CreateStore = false)));

        Assert.Equal(ErrorCodes.StoreNotFound, code);
        Assert.False(Directory.Exists(scene.StorePath));
    }

    [Fact]
    public async Task Who_asks_before_the_host_starts_gets_the_service_that_the_host_has()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        var services = new ServiceCollection();
        services.AddLogging().AddTenantEncryption(scene.Configure);
        await using ServiceProvider container = services.BuildServiceProvider();

        TenantEncryptionService early = container.GetRequiredService<TenantEncryptionService>();
        await ((IHostedLifecycleService)container.GetRequiredService<IHostedService>()).StartingAsync(default);

        Assert.Same(early, container.GetRequiredService<TenantEncryptionService>());
    }

    [Fact]
    public async Task Settings_come_from_configuration()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        TenantEncryptionSettings settings = Bind(
            ("StorePath", scene.StorePath), ("KeyLease", "00:00:30"), ("Kms:MaxAttempts", "2"), ("Actor", "web"), ("CreateStore", "true"));

        Assert.Equal(
            (scene.StorePath, TimeSpan.FromSeconds(30), 2, "web", true),
            (settings.StorePath, settings.KeyLease, settings.Kms.MaxAttempts, settings.Actor, settings.CreateStore));
    }

    [Fact]
    public void A_setting_that_is_none_is_refused() =>
        Assert.Contains("StoerPath", Assert.Throws<InvalidOperationException>(() => Bind(("StoerPath", "/x"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("StorePath", "", "StorePath")]
    [InlineData("RootKeyArn", "alias/platform", "RootKeyArn")]
    [InlineData("RootKeyArn", "arn:aws:kms:eu-west-1:111122223333:alias/platform", "RootKeyArn")]
    [InlineData("KeyLease", "00:00:00.5", "KeyLease")]
    [InlineData("KeyLease", "30", "KeyLease")]
    [InlineData("KeyLease", "-00:00:01", "KeyLease")]
    [InlineData("StoreBusyTimeout", "-00:00:01", "StoreBusyTimeout")]
    [InlineData("Kms:MaxAttempts", "0", "MaxAttempts")]
    [InlineData("Kms:MaxAttempts", "11", "MaxAttempts")]
    [InlineData("Kms:Timeout", "00:00:00", "Kms")]
    public void What_can_not_be_is_refused_before_anything_is_opened(string name, string value, string named)
    {
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => Bind(("StorePath", "/nowhere"), (name, value)));

        Assert.Contains(named, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_key_is_kept_in_one_way()
    {
        (string, string) arn = ("RootKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        Assert.Equal(arn.Item2, Bind(("StorePath", "/nowhere"), arn, ("LogHeadFolder", "/heads")).RootKeyArn);
        Assert.Throws<OptionsValidationException>(() => Bind(("StorePath", "/nowhere"), arn, ("RootKeyFolder", "/roots")));
    }

    [Fact]
    public void A_process_may_hold_keys_for_no_time_at_all() => Assert.Equal(TimeSpan.Zero, Bind(("StorePath", "/nowhere"), ("KeyLease", "00:00:00")).KeyLease);

    private static TenantEncryptionSettings Bind(params (string Name, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder();
        foreach ((string name, string value) in values)
        {
            configuration.AddInMemoryCollection([new KeyValuePair<string, string?>("TenantEncryption:" + name, value)]);
        }

        var services = new ServiceCollection();
        services.AddTenantEncryption(configuration.Build().GetSection("TenantEncryption"));
        using ServiceProvider container = services.BuildServiceProvider();
        return container.GetRequiredService<IOptions<TenantEncryptionSettings>>().Value;
    }
}
