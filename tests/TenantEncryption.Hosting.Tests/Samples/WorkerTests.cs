using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Data;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Migration;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>samples/Worker, as the process that it is.</summary>
public sealed class WorkerTests
{
    private const int Files = 1_500;

    [Fact]
    public async Task A_worker_joins_a_migration_that_another_process_started_and_its_metrics_say_so()
    {
        await using HostScene scene = await HostScene.BeginAsync();
        using IHost host = await scene.StartAsync();
        await scene.AddTenantAsync(host, "acme");
        TenantEncryptionService service = host.Services.GetRequiredService<TenantEncryptionService>();
        await ProtectAsync(service, scene.Folder);
        await service.Keys.RotateAsync("acme");
        string to = (await service.Providers.ListAsync(new() { TenantId = "acme" })).Single(provider => provider.Name == "CMK").Id;
        await using SampleProcess worker = await SampleProcess.StartAsync(scene, "Worker", "--Work:Interval=00:00:00.1");
        Assert.Equal(HttpStatusCode.OK, (await worker.Http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);

        KeyMigration migration = await service.Migrations.StartAsync("acme", to, new KeyMigrationOptions { Mode = MigrationMode.Reencrypt, LowPriority = true });

        Assert.Equal((MigrationState.Completed, Files), (migration.State, (int)migration.Done));
        await UntilAsync(async () => new Metrics(await worker.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)))
            .Sum("tenantencryption_worker_migrations_total", "outcome=\"completed\"") == 1);
    }

    private static async Task ProtectAsync(TenantEncryptionService service, string folder)
    {
        string plain = Directory.CreateDirectory(Path.Combine(folder, "plain")).FullName;
        for (int i = 0; i < Files; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(plain, $"{i}.txt"), "content");
        }

        await using DataSession session = service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
            "acme", FilePlanner.ForProtect([plain], Path.Combine(folder, "protected"), outFile: null, recurse: true)))
        {
            Assert.Null(outcome.Error);
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
