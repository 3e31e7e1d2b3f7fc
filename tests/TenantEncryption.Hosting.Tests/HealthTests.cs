using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Errors;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;

namespace TenantEncryption.Hosting.Tests;

/// <summary>The health check says what is wrong with a store by its code, calls no KMS unless asked, and lets no tenant shut the service for the others.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_store_that_is_well_is_Healthy_and_no_KMS_is_called()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption());
        await scene.AddTenantAsync(host, "acme");
        int before = scene.KmsCalls;

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Healthy, 1, 2, 0), (entry.Status, entry.Data["providers"], entry.Data["chains"], entry.Data["failing"]));
        Assert.Equal(before, scene.KmsCalls);
    }

    [Fact]
    public async Task A_tenants_key_that_is_shut_is_Degraded_when_KMS_is_asked()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption(check => check.CallKms = true));
        string keyArn = await scene.AddTenantAsync(host, "acme");
        await scene.DisableAsync(keyArn);

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Degraded, 1, ErrorCodes.KeyDisabled), (entry.Status, entry.Data["failing"], entry.Data["codes"]));
    }

    [Fact]
    public async Task The_platforms_key_that_is_shut_is_Degraded_when_KMS_is_asked_and_once_it_was_without()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        (string keyArn, Action<IServiceCollection> platform) = await scene.AddPlatformKeyAsync();
        using IHost asking = await scene.StartAsync(services =>
        {
            platform(services);
            services.AddHealthChecks().AddTenantEncryption(check => check.CallKms = true);
        });
        using IHost silent = await scene.StartAsync(services =>
        {
            platform(services);
            services.AddHealthChecks().AddTenantEncryption();
        });
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(asking)).Status);
        await scene.DisableAsync(keyArn);

        HealthReportEntry entry = await CheckAsync(asking);
        Assert.Equal((HealthStatus.Degraded, ErrorCodes.KeyDisabled), (entry.Status, entry.Data["rootKey"]));
        Assert.DoesNotContain("arn:", entry.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(silent)).Status);
        TenantEncryptionService service = silent.Services.GetRequiredService<TenantEncryptionService>();
        Assert.Equal(ErrorCodes.KeyDisabled, await service.RootKey.TestAsync());
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(silent)).Status);

        await scene.EnableAsync(keyArn);
        Assert.Equal(ErrorCodes.Success, await service.RootKey.TestAsync());
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(silent)).Status);
    }

    [Fact]
    public async Task What_the_last_test_found_counts_without_another_call()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption());
        string keyArn = await scene.AddTenantAsync(host, "acme");
        await scene.DisableAsync(keyArn);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
        TenantEncryptionService service = host.Services.GetRequiredService<TenantEncryptionService>();
        KeyProvider provider = await service.Providers.ResolveAsync("CMK", "acme");
        await service.Providers.TestAsync(provider.Id);
        int before = scene.KmsCalls;

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Degraded, ErrorCodes.KeyDisabled), (entry.Status, entry.Data["codes"]));
        Assert.Equal(before, scene.KmsCalls);
    }

    [Fact]
    public async Task A_store_that_is_older_than_what_this_machine_saw_is_Unhealthy()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        string database = Path.Combine(scene.StorePath, SqliteStore.FileName);
        string backup = Path.Combine(scene.Folder, "backup");
        (await scene.StartAsync()).Dispose();
        File.Copy(database, backup);
        using (IHost first = await scene.StartAsync())
        {
            await scene.AddTenantAsync(first, "acme");
        }

        foreach (string file in Directory.GetFiles(scene.StorePath))
        {
            File.Delete(file);
        }

        File.Copy(backup, database);
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption());
        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Unhealthy, ErrorCodes.StoreRolledBack), (entry.Status, entry.Data["code"]));
    }

    [Fact]
    public async Task A_store_that_somebody_altered_meanwhile_is_Unhealthy_by_its_code()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption());
        using (var database = new SqliteConnection("Data Source=" + Path.Combine(scene.StorePath, SqliteStore.FileName) + ";Pooling=False"))
        {
            database.Open();
            using SqliteCommand plant = database.CreateCommand();
            plant.CommandText = "CREATE TRIGGER planted AFTER INSERT ON tenants BEGIN SELECT 1; END";
            plant.ExecuteNonQuery();
        }

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal((HealthStatus.Unhealthy, ErrorCodes.StoreAltered), (entry.Status, entry.Data["code"]));
        Assert.DoesNotContain(scene.Folder, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_prints_names_no_tenant_no_key_and_no_path()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync(services => services.AddHealthChecks().AddTenantEncryption(check => (check.CallKms, check.VerifyChains) = (true, true)));
        string keyArn = await scene.AddTenantAsync(host, "acme-the-tenant");
        await scene.DisableAsync(keyArn);

        HealthReportEntry entry = await CheckAsync(host);

        string printed = entry.Description + string.Concat(entry.Data.Select(pair => $" {pair.Key}={pair.Value}"));
        Assert.All(new[] { "acme-the-tenant", "arn:", scene.Folder, "CMK" }, name => Assert.DoesNotContain(name, printed, StringComparison.Ordinal));
        Assert.Contains(ErrorCodes.KeyDisabled, printed, StringComparison.Ordinal);
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["tenantencryption"];
}
