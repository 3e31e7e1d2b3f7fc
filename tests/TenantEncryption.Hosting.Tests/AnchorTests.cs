using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TenantEncryption.Anchors;
using TenantEncryption.Hosting.Tests.Scenarios;

namespace TenantEncryption.Hosting.Tests;

/// <summary>A host makes anchors by itself when its settings say so, and its health tells how far a place lags behind.</summary>
public sealed class AnchorTests
{
    [Fact]
    public async Task Hosts_of_one_store_make_anchors_by_configuration()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        string file = Path.Combine(scene.Folder, "anchors.jsonl");
        void Configure(IServiceCollection services) => services.Configure<TenantEncryptionSettings>(
            settings => Section(("Enabled", "true"), ("Interval", "00:00:01"), ("Path", file)).GetSection("Anchors").Bind(settings.Anchors));
        using IHost one = await scene.StartAsync(Configure);
        using IHost two = await scene.StartAsync(Configure);
        await scene.AddTenantAsync(one, "acme");
        TenantEncryptionService service = one.Services.GetRequiredService<TenantEncryptionService>();

        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!File.Exists(file) || (await service.Anchors.MakeAsync(null, TimeSpan.FromDays(1))).Number < 3)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "no anchor comes");
            await service.Keys.RotateAsync("acme");
        }

        await one.StopAsync();
        await two.StopAsync();
    }

    [Fact]
    public async Task A_place_that_lags_behind_is_Degraded_and_none_is_named()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        string keyArn = (await scene.AddPlatformKeyAsync()).KeyArn;
        await scene.DisableAsync(keyArn);
        using IHost host = await scene.StartAsync(services =>
        {
            services.Configure<TenantEncryptionSettings>(settings => settings.Anchors = new AnchorSettings { Enabled = true, Interval = TimeSpan.FromDays(1), KeyArn = keyArn, MostBehind = 2 });
            services.AddHealthChecks().AddTenantEncryption();
        });
        await scene.AddTenantAsync(host, "acme");
        TenantEncryptionService service = host.Services.GetRequiredService<TenantEncryptionService>();
        long number = 0;
        while (number < 2)
        {
            await service.Keys.RotateAsync("acme");
            number = (await service.Anchors.MakeAsync()).Number;
        }

        Assert.Equal((HealthStatus.Healthy, 2L), (await CheckAsync(host)) is var still ? (still.Status, still.Data["anchorsBehind"]) : default);
        await service.Keys.RotateAsync("acme");
        await service.Anchors.MakeAsync();
        HealthReportEntry late = await CheckAsync(host);

        Assert.Equal((HealthStatus.Degraded, "A place outside the store lacks 3 anchors of the event log."), (late.Status, late.Description));
        Assert.DoesNotContain(keyArn, string.Join(' ', late.Data.Values), StringComparison.Ordinal);
        AnchorPublication place = Assert.Single(await service.Anchors.ListPublicationsAsync());
        Assert.Equal((keyArn, 0L, 3L, true), (place.Place, place.Number, place.Behind, place.IsScheduled));
    }

    [Theory]
    [InlineData("Anchors:Interval is", "Interval", "10.00:00:00")]
    [InlineData("Anchors:Bucket is no place", "Bucket", "nothing")]
    [InlineData("Anchors:Bucket needs ObjectStore", "Bucket", "s3://acme-audit/anchors")]
    [InlineData("given both or not at all", "RetentionMode", "Compliance")]
    [InlineData("given both or not at all", "RetentionDays", "7")]
    [InlineData("Anchors:KeyArn is not", "KeyArn", "nothing:at:all")]
    [InlineData("Anchors:MostBehind is", "MostBehind", "0")]
    public async Task Settings_that_make_no_sense_end_the_start(string fault, string name, string value)
    {
        await using HostScene scene = await HostScene.BeginAsync();

        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => scene.StartAsync(services => services.Configure<TenantEncryptionSettings>(
            settings => Section(("Enabled", "true"), (name, value)).GetSection("Anchors").Bind(settings.Anchors))));

        Assert.Contains(refused.Failures, one => one.Contains(fault, StringComparison.Ordinal));
        Assert.False(Directory.Exists(scene.StorePath));
    }

    private static IConfigurationRoot Section(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(one => "Anchors:" + one.Name, one => (string?)one.Value)).Build();

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Single().Value;
}
