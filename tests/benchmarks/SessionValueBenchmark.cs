using System.Security.Cryptography;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// Values of 1 KiB through a session of the service, one after another under one lease: what a service pays for each, with the store's part. The
/// bare primitives of <see cref="ValueBenchmark"/> are measured in the same turn, so that two runs can be compared on a machine that others use.
/// </summary>
internal static class SessionValueBenchmark
{
    private const int Count = 20_000;
    private const string Tenant = "contoso";

    private static readonly byte[] Value = RandomNumberGenerator.GetBytes(1024);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string at = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, "tenc-session-values-" + Environment.ProcessId)).FullName;
        try
        {
            await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
                new SqliteStore(at), new AwsKms(), new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(at + "/root"), LogHeadFolder = at + "/root" });
            await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
            await using DataSession session = service.Data.BeginSession();
            await MeasureAsync(session, settings);
        }
        finally
        {
            Directory.Delete(at, recursive: true);
        }
    }

    private static async Task MeasureAsync(DataSession session, Settings settings)
    {
        byte[] message = await session.ProtectValueAsync(Tenant, Value);
        IReadOnlyDictionary<string, List<Measurement>> rounds = await Measured.RoundsAsync(
            [
                new("bare primitives, protect", () => Measurement.OfAsync(() => Repeat(ValueBenchmark.BareWrite))),
                new("protect", () => Measurement.OfAsync(() => ProtectAsync(session))),
                new("unprotect", () => Measurement.OfAsync(() => UnprotectAsync(session, message))),
            ],
            settings.Rounds,
            settings.Patience);
        Report.Title($"Values of 1 KiB through a session, one at a time, medians of {settings.Rounds}");
        Report.Table("work", "values/s", "processor µs per value", "least processor µs per value", "bytes allocated");
        Row("bare primitives, protect", rounds, "");
        Row("protect", rounds, await AllocatedAsync(() => ProtectAsync(session)));
        Row("unprotect", rounds, await AllocatedAsync(() => UnprotectAsync(session, message)));
    }

    private static void Row(string name, IReadOnlyDictionary<string, List<Measurement>> rounds, object allocated)
    {
        Measurement median = Measured.Median(rounds[name]);
        Report.Row(name, (long)(Count / median.Seconds), MicrosecondsOf(median), MicrosecondsOf(Measured.Least(rounds[name])), allocated);
    }

    private static double MicrosecondsOf(Measurement measured) => measured.ProcessorSeconds / Count * 1e6;

    private static async Task ProtectAsync(DataSession session)
    {
        for (int i = 0; i < Count; i++)
        {
            await session.ProtectValueAsync(Tenant, Value);
        }
    }

    private static async Task UnprotectAsync(DataSession session, byte[] message)
    {
        for (int i = 0; i < Count; i++)
        {
            await session.UnprotectValueAsync(message);
        }
    }

    private static void Repeat(Action work)
    {
        for (int i = 0; i < Count; i++)
        {
            work();
        }
    }

    private static async Task<long> AllocatedAsync(Func<Task> work)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await work();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Count;
    }
}
