using System.Globalization;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.S3;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Servers;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// A large file protected into a bucket and read from it, beside a plain PUT and GET of the same SDK. The endpoint keeps objects in the memory of another process on
/// the same processors: what it takes is in the seconds of all four.
/// </summary>
internal sealed class ObjectBenchmark(string folder, ObjectEndpointServer endpoint, string bucket, Settings settings) : IDisposable
{
    private const string Tenant = "acme";

    private readonly AmazonS3Client _client = new(
        new BasicAWSCredentials("local", "local"),
        new AmazonS3Config { ServiceURL = endpoint.Url, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.Folder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            using ObjectEndpointServer endpoint = await ObjectEndpointServer.StartAsync();
            using var benchmark = new ObjectBenchmark(folder, endpoint, await endpoint.NewBucketAsync(), settings);
            await benchmark.MeasureAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private string Plain => Path.Combine(folder, "plain");

    private string Read => Path.Combine(folder, "read");

    private async Task MeasureAsync()
    {
        await WritePlainAsync();
        await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            new SqliteStore(Path.Combine(folder, "store")),
            new AwsKms(),
            new TenantEncryptionOptions
            {
                RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")),
                LogHeadFolder = Path.Combine(folder, "root"),
                ObjectStore = () => new S3ObjectStore(new S3Options { EndpointUrl = endpoint.Url, SessionCredentials = new AwsSessionCredentials("local", new SecretBytes("local"u8)) }),
            });
        await service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        await using DataSession session = service.Data.BeginSession();
        Measured[] all =
        [
            new("plain PUT", () => Measurement.OfAsync(PutAsync)),
            new("protect into the bucket", () => Measurement.OfAsync(() => ProtectAsync(session))),
            new("plain GET", () => Measurement.OfAsync(GetAsync)),
            new("unprotect from the bucket", () => Measurement.OfAsync(() => UnprotectAsync(session))),
        ];
        IReadOnlyDictionary<string, Measurement> medians = await Measured.MediansAsync(all, settings.Rounds);
        Report.Title($"A file of {settings.MebiBytes} MiB and a bucket in memory on loopback, medians of {settings.Rounds}");
        Report.Table("work", "seconds", "time of the plain call", "processor seconds of this process", "peak above idle, MiB");
        foreach ((Measured measured, string plain) in all.Zip((string[])["plain PUT", "plain PUT", "plain GET", "plain GET"]))
        {
            double peak = await PeakMemory.MebiBytesAsync(async () => await measured.Run());
            Measurement median = medians[measured.Name];
            Report.Row(measured.Name, median.Seconds, median.Seconds / medians[plain].Seconds, median.ProcessorSeconds, peak.ToString("0.0", CultureInfo.InvariantCulture));
        }
    }

    private async Task WritePlainAsync()
    {
        await using FileStream plain = File.Create(Plain);
        byte[] some = new byte[1 << 20];
        for (int i = 0; i < settings.MebiBytes; i++)
        {
            RandomNumberGenerator.Fill(some);
            await plain.WriteAsync(some);
        }
    }

    private Task PutAsync() => _client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "plain", FilePath = Plain });

    private async Task GetAsync()
    {
        using GetObjectResponse answer = await _client.GetObjectAsync(bucket, "plain");
        await using FileStream read = File.Create(Read);
        await answer.ResponseStream.CopyToAsync(read, 1 << 20);
    }

    private async Task ProtectAsync(DataSession session)
    {
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
            Tenant, [new FileRequest(Plain, $"s3://{bucket}/message")], new ProtectOptions { Force = true, FrameLength = settings.FrameLength }))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }
    }

    private async Task UnprotectAsync(DataSession session)
    {
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync(
            [new FileRequest($"s3://{bucket}/message", Read)], new UnprotectOptions { TenantId = Tenant, Force = true }))
        {
            if (outcome.Error is not null)
            {
                throw outcome.Error;
            }
        }
    }
}
