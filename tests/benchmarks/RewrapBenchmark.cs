using System.Diagnostics;
using System.Globalization;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Aws;
using TenantEncryption.Changes;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Benchmarks;

/// <summary>
/// Keys moved to another provider (<c>RewrapKek</c>): of a tenant with few messages and of one with very many, which must take the same time; and a thousand
/// keys, each with its calls to a KMS on loopback.
/// </summary>
internal sealed class RewrapBenchmark(TenantEncryptionService service, LocalKmsServer kms)
{
    private const string Region = "eu-west-1";
    private const int Few = 10;
    private const int Keys = 1_000;
    private const long Many = 1_000_000;

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        try
        {
            await using LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
            await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
                new SqliteStore(Path.Combine(folder, "store")),
                new AwsKms(new AwsKmsOptions { SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local"))) }),
                new TenantEncryptionOptions { RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")), LogHeadFolder = Path.Combine(folder, "root") });
            var benchmark = new RewrapBenchmark(service, kms);
            await benchmark.MeasureMessagesAsync(settings);
            await benchmark.MeasureKeysAsync(settings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task MeasureMessagesAsync(Settings settings)
    {
        Dictionary<string, List<double>> seconds = [];
        foreach (long messages in (long[])[Few, Many])
        {
            string tenantId = NameOf(messages);
            await MakeAsync(tenantId);
            await CatalogueAsync(tenantId, messages);
            seconds[tenantId] = [];
        }

        for (int round = -1; round < settings.Rounds; round++)
        {
            foreach (string target in (string[])["CMK", "Internal"])
            {
                foreach ((string tenantId, List<double> taken) in seconds)
                {
                    double took = await MoveAsync(tenantId, target);
                    if (round >= 0)
                    {
                        taken.Add(took);
                    }
                }
            }
        }

        double few = Median(seconds[NameOf(Few)]);
        Report.Title($"The keys of a tenant moved to a CMK and back, store in {settings.StoreFolder}, medians of {2 * settings.Rounds}");
        Report.Table("messages in the catalog", "ms", "of that with few");
        foreach ((string tenantId, List<double> taken) in seconds)
        {
            Report.Row(tenantId, string.Create(CultureInfo.InvariantCulture, $"{Median(taken) * 1000:0.0}"), Median(taken) / few);
        }
    }

    private async Task MeasureKeysAsync(Settings settings)
    {
        var taken = new List<double>();
        for (int round = 0; round < Math.Min(settings.Rounds, 3); round++)
        {
            string tenantId = string.Create(CultureInfo.InvariantCulture, $"keys-{round}");
            await MakeAsync(tenantId);
            for (int i = 1; i < Keys; i++)
            {
                await service.Keys.RotateAsync(tenantId);
            }

            taken.Add(await MoveAsync(tenantId, "CMK"));
        }

        Report.Title($"{Keys:N0} keys moved to a CMK, store in {settings.StoreFolder}, median of {taken.Count}");
        Report.Table("work", "seconds");
        Report.Row($"{Keys:N0} keys, each opened through the KMS once it is sealed there", Median(taken));
    }

    private async Task<double> MoveAsync(string tenantId, string target)
    {
        KeyProvider to = await service.Providers.ResolveAsync(target, tenantId);
        Stopwatch watch = Stopwatch.StartNew();
        KeyMigration done = await service.Migrations.StartAsync(tenantId, to.Id, new KeyMigrationOptions());
        return done is { State: MigrationState.Completed, Failed: 0 }
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{done.State}: {done.Done} done, {done.Failed} failed.");
    }

    private async Task MakeAsync(string tenantId)
    {
        using var administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"), new AmazonKeyManagementServiceConfig { ServiceURL = kms.Url, AuthenticationRegion = Region });
        string arn = (await administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
        await service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId });
        await service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = "CMK",
            KeyIdentifier = arn,
            Connection = new KmsConnection { EndpointUrl = kms.Url, Region = Region },
        });
    }

    private async Task CatalogueAsync(string tenantId, long messages)
    {
        string kekId = (await service.Keys.ListAsync(tenantId))[0].KekId;
        const int Page = 20_000;
        for (long first = 0; first < messages; first += Page)
        {
            await using Operation operation = service.Work.Begin("benchmark");
            CatalogEntry[] page = [.. Enumerable.Range(0, (int)Math.Min(Page, messages - first)).Select(i => Entry(tenantId, first + i, kekId))];
            await service.Work.ChangeAsync(operation, StoreScope.Of(tenantId), change => change.Store.Catalog.AddAsync(page), CancellationToken.None);
        }
    }

    private static CatalogEntry Entry(string tenantId, long number, string kekId)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"/data/{tenantId}/{number:0000000}.tenc");
        return new CatalogEntry
        {
            MessageId = tenantId.Length.ToString("x2", CultureInfo.InvariantCulture) + number.ToString("x62", CultureInfo.InvariantCulture),
            TenantId = tenantId,
            Space = "file://localhost",
            Key = name,
            Name = name,
            KekId = kekId,
            Length = number,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
    }

    private static string NameOf(long messages) => string.Create(CultureInfo.InvariantCulture, $"{messages:N0} messages");

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
