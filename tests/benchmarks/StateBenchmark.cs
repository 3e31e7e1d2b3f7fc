using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>What it costs that the store can't lie: checks of a tenant's state, tenants made, the log verified.</summary>
internal sealed class StateBenchmark(TenantEncryptionService service)
{
    private const int Tenants = 2_000;
    private const int Keys = 1_000;
    private const int Events = 1_000_000;
    private const int EventsOfChange = 10_000;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
                new SqliteStore(Path.Combine(folder, "store")),
                new AwsKms(),
                new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")), LogHeadFolder = Path.Combine(folder, "root") });
            Report.Title($"The state of tenants, checked, in {settings.Folder}");
            Report.Table("work", "result");
            await new StateBenchmark(service).MeasureAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Tenants; i++)
        {
            await service.Tenants.CreateAsync(new NewTenant { TenantId = string.Create(CultureInfo.InvariantCulture, $"tenant-{i:0000}") });
        }

        Row($"{Tenants:N0} tenants made", watch.Elapsed.TotalSeconds, "s");
        watch.Restart();
        int listed = (await service.Tenants.ListAsync()).Count;
        Row($"{listed:N0} tenants listed", watch.Elapsed.TotalMilliseconds, "ms");
        watch.Restart();
        await service.RootKey.RotateAsync();
        Row($"the root key rotated, {Tenants:N0} tenants", watch.Elapsed.TotalSeconds, "s");

        double one = await LeaseAsync("tenant-0000");
        watch.Restart();
        for (int i = 1; i < Keys; i++)
        {
            await service.Keys.RotateAsync("tenant-0001");
        }

        Row($"a key rotated {Keys - 1:N0} times, each", watch.Elapsed.TotalMilliseconds / (Keys - 1), "ms");
        Row("a lease taken, 1 key", one, "ms");
        Row($"a lease taken, {Keys:N0} keys", await LeaseAsync("tenant-0001"), "ms");
        watch.Restart();
        const int Loads = 50;
        for (int i = 0; i < Loads; i++)
        {
            await service.Keys.ListAsync("tenant-0001");
        }

        Row($"a state of {Keys:N0} keys checked and listed", watch.Elapsed.TotalMilliseconds / Loads, "ms");
        await LogAsync();
    }

    private async Task<double> LeaseAsync(string tenantId)
    {
        const int Times = 50;
        await using DataSession session = service.Data.BeginSession();
        byte[] message = await session.ProtectValueAsync(tenantId, new byte[] { 1 });
        var taken = new List<double>();
        for (int i = 0; i < Times; i++)
        {
            service.Keys.ClearLeases(tenantId);
            long begin = Stopwatch.GetTimestamp();
            await session.UnprotectValueAsync(message);
            taken.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        taken.Sort();
        return taken[Times / 2];
    }

    private async Task LogAsync()
    {
        for (int written = 0; written < Events; written += EventsOfChange)
        {
            await using Operation operation = service.Work.Begin("benchmark");
            await service.Work.ChangeAsync(
                operation,
                StoreScope.Of("tenant-0002"),
                change =>
                {
                    for (int i = 0; i < EventsOfChange; i++)
                    {
                        change.Record(EventTypes.DataProtected, "tenant-0002", new JObject { ["files"] = 512, ["bytes"] = 1L << 30, ["failed"] = 0, ["kekId"] = "kek-0123456789abcdef0123" });
                    }
                },
                CancellationToken.None);
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        Stopwatch watch = Stopwatch.StartNew();
        EventLogTestResult result = await service.Events.VerifyAsync();
        watch.Stop();
        if (!result.Success)
        {
            throw new InvalidOperationException(result.Detail);
        }

        Row($"{result.Records:N0} events verified", watch.Elapsed.TotalSeconds, "s");
        Row("memory that verifying left", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / 1024, "MiB");
    }

    private static void Row(string work, double value, string unit) => Report.Row(work, string.Create(CultureInfo.InvariantCulture, $"{value:0.00} {unit}"));
}
