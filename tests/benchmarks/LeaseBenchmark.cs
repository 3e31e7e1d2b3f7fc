using System.Diagnostics;
using System.Globalization;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>What leased keys cost while nobody uses them, and what a KMS that hangs for one tenant costs the others.</summary>
internal static class LeaseBenchmark
{
    private const int Leased = 9_000;
    private const int Neighbours = 200;
    private const int Workers = 16;
    private const int Hanging = 64;
    private const string HangingRegion = "eu-west-2";

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Work = TimeSpan.FromSeconds(4);

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            Report.Title($"Leased keys, in {settings.Folder}");
            Report.Table("work", "result");
            if (settings.Wants("idle"))
            {
                await IdleAsync(Path.Combine(folder, "idle"));
            }

            if (settings.Wants("hang"))
            {
                await HangAsync(Path.Combine(folder, "hang"), settings.Rounds);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<TenantEncryptionService> OpenAsync(string folder) => TenantEncryptionService.OpenAsync(
        new SqliteStore(Path.Combine(folder, "store")),
        new AwsKms(new AwsKmsOptions { MaxAttempts = 1, SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local"))) }),
        new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")), LogHeadFolder = Path.Combine(folder, "root") });

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"tenant-{number:0000}");

    private static async Task IdleAsync(string folder)
    {
        TenantEncryptionService service = await OpenAsync(folder);
        await using (DataSession session = service.Data.BeginSession())
        {
            for (int i = 0; i < Leased; i++)
            {
                await service.Tenants.CreateAsync(new NewTenant { TenantId = Name(i), KeyLease = TimeSpan.FromHours(1) });
                await session.ProtectValueAsync(Name(i), new byte[] { 1 });
            }

            // What the work before left to the compiler and to the collector is none of idling.
            GC.Collect();
            await Task.Delay(Idle / 2);
            using var self = Process.GetCurrentProcess();
            TimeSpan before = self.TotalProcessorTime;
            await Task.Delay(Idle);
            self.Refresh();
            Report.Row($"idle with {Leased:N0} leased tenants", string.Create(CultureInfo.InvariantCulture, $"{(self.TotalProcessorTime - before) / Idle:P1} of a core"));
        }

        Stopwatch watch = Stopwatch.StartNew();
        await service.DisposeAsync();
        Report.Row("the service disposed", string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.00} s"));
    }

    // In turn, so that both see the same machine.
    private static async Task HangAsync(string folder, int rounds)
    {
        await using LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
        await using TenantEncryptionService service = await OpenAsync(folder);
        for (int i = 0; i < Neighbours; i++)
        {
            await MakeAsync(service, kms, Name(i), "eu-west-1");
        }

        await MakeAsync(service, kms, "hanging", HangingRegion);
        await PercentileAsync(service);
        var alone = new List<double>();
        var beside = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            alone.Add(await PercentileAsync(service));
            kms.Faults = new FaultPlan { Latency = TimeSpan.FromSeconds(30), Regions = [HangingRegion] };
            using var stop = new CancellationTokenSource();
            Task[] hanging = [.. Enumerable.Range(0, Hanging).Select(_ => HangAsync(service, stop.Token))];
            beside.Add(await PercentileAsync(service));
            await stop.CancelAsync();
            kms.Faults = FaultPlan.None;
            await Task.WhenAll(hanging);
        }

        Report.Row($"99th percentile of a value of {Neighbours} tenants, a call of KMS each, median of {rounds} rounds", Milliseconds(Median(alone)));
        Report.Row(
            $"the same while another tenant's KMS hangs for {Hanging} callers",
            string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(Median(beside))}, {Median(beside) / Median(alone):0.00} ×; the least {beside.Min() / alone.Min():0.00} ×"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms");

    private static async Task MakeAsync(TenantEncryptionService service, LocalKmsServer kms, string tenantId, string region)
    {
        using var administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"), new AmazonKeyManagementServiceConfig { ServiceURL = kms.Url, AuthenticationRegion = region });
        string arn = (await administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
        await service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId, KeyLease = TimeSpan.Zero });
        KeyProvider provider = await service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = "CMK",
            KeyIdentifier = arn,
            Connection = new KmsConnection { EndpointUrl = kms.Url, Region = region },
        });
        await service.Providers.EnableAsync(provider.Id);
    }

    private static async Task HangAsync(TenantEncryptionService service, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await using DataSession session = service.Data.BeginSession();
            try
            {
                await session.ProtectValueAsync("hanging", new byte[] { 1 }, cancellationToken: stop);
            }
            catch (Exception exception) when (exception is OperationCanceledException or TenantEncryptionException)
            {
                // As it must.
            }
        }
    }

    private static async Task<double> PercentileAsync(TenantEncryptionService service)
    {
        var taken = new System.Collections.Concurrent.ConcurrentBag<double>();
        long end = Stopwatch.GetTimestamp() + (long)(Work.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            await using DataSession session = service.Data.BeginSession();
            for (int i = worker; Stopwatch.GetTimestamp() < end; i += Workers)
            {
                long begin = Stopwatch.GetTimestamp();
                await session.ProtectValueAsync(Name(i % Neighbours), new byte[] { 1 });
                taken.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        })));
        double[] sorted = [.. taken.Order()];
        return sorted[(int)(sorted.Length * 0.99)];
    }
}
