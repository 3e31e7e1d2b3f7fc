using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// Values of 1 KiB through a session of the service, one after another under one lease: what a service pays for each, with the store's part. The
/// bare primitives of <see cref="ValueBenchmark"/> are measured in the same turn, and AES-GCM alone by <c>openssl speed</c>, so that two runs can be
/// compared on a machine that others use.
/// </summary>
internal static class SessionValueBenchmark
{
    private const int Count = 20_000;
    private const string Tenant = "contoso";
    private const string OpenSsl = "openssl speed -evp aes-256-gcm";

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
                .. Tool.Exists("openssl") ? [new Measured(OpenSsl, OpenSslAsync)] : Array.Empty<Measured>(),
                new("bare primitives, protect", () => Measurement.OfAsync(() => Repeat(ValueBenchmark.BareWrite))),
                new("protect", () => Measurement.OfAsync(() => ProtectAsync(session))),
                new("unprotect", () => Measurement.OfAsync(() => UnprotectAsync(session, message))),
            ],
            settings.Rounds,
            settings.Patience);
        Report.Title($"Values of 1 KiB through a session, one at a time, medians of {settings.Rounds}");
        Report.Table("work", "values/s", "processor µs per value", "least processor µs per value", "bytes allocated");
        if (rounds.ContainsKey(OpenSsl))
        {
            Row(OpenSsl, rounds, "");
        }

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

    // Its last line ends with thousands of bytes a second.
    private static async Task<Measurement> OpenSslAsync()
    {
        using Process process = Process.Start(new ProcessStartInfo("openssl", ["speed", "-evp", "aes-256-gcm", "-bytes", $"{Value.Length}", "-seconds", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> progress = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await progress;
        double bytes = 1000 * double.Parse(output.TrimEnd().TrimEnd('k').Split(' ')[^1], CultureInfo.InvariantCulture);
        double seconds = Count * Value.Length / bytes;
        return new Measurement(seconds, seconds, 0);
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
