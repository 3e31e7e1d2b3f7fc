using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Npgsql;
using TenantEncryption.Aws;
using TenantEncryption.Data;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Migration;
using TenantEncryption.PostgreSql;
using TenantEncryption.Providers;
using TenantEncryption.S3;
using TenantEncryption.Spaces;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;
using TenantEncryption.Testing;
using TenantEncryption.Testing.Servers;

namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>All of a platform on one machine: a PostgreSQL, a KMS in this process, an object store in another, and a service on them.</summary>
internal sealed class FleetScene : IAsyncDisposable
{
    private const string Region = "eu-west-1";

    private const int MostLooks = 30;
    private const double Resting = 0.03;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly string _folder;
    private readonly PostgreSqlServer _server;
    private readonly ServerProcessor _serverProcessor;
    private readonly LocalKmsServer _kms;
    private readonly ObjectEndpointServer _endpoint;

    private FleetScene(string folder, PostgreSqlServer server, LocalKmsServer kms, ObjectEndpointServer endpoint, string bucket, IStore store, TenantEncryptionService service)
    {
        (_folder, _server, _kms, _endpoint, Bucket, Store, Service) = (folder, server, kms, endpoint, bucket, store, service);
        _serverProcessor = new ServerProcessor(server.Port);
    }

    /// <summary>The service.</summary>
    public TenantEncryptionService Service { get; }

    /// <summary>Its store.</summary>
    public IStore Store { get; }

    /// <summary>The name of the bucket.</summary>
    public string Bucket { get; }

    /// <summary>The processor seconds of the database so far.</summary>
    public double StoreSeconds => _serverProcessor.Seconds;

    /// <summary>The processor seconds of the object store so far.</summary>
    public double EndpointSeconds => _endpoint.ProcessorTime.TotalSeconds;

    /// <summary>How KMS is reached.</summary>
    public KmsConnection Connection => new() { EndpointUrl = _kms.Url, Region = Region };

    /// <summary>Starts it.</summary>
    public static async Task<FleetScene> StartAsync(Settings settings)
    {
        string folder = Directory.CreateDirectory(Path.Combine(settings.StoreFolder, "tenc-benchmark-" + Environment.ProcessId)).FullName;
        var server = new PostgreSqlServer(settings.StoreFolder, "fsync=on", "synchronous_commit=on");
        LocalKmsServer kms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
        ObjectEndpointServer endpoint = await ObjectEndpointServer.StartAsync();
        var store = new PostgreSqlStore(server.ConnectionString, new PostgreSqlStoreOptions { Create = true });
        TenantEncryptionService service = await TenantEncryptionService.OpenAsync(
            store,
            NewKms(),
            new TenantEncryptionOptions
            {
                RootKeyVault = new FileRootKeyVault(Path.Combine(folder, "root")),
                LogHeadFolder = Path.Combine(folder, "root"),
                ObjectStore = () => NewObjects(endpoint.Url),
            });
        return new FleetScene(folder, server, kms, endpoint, await endpoint.NewBucketAsync(), store, service);
    }

    /// <summary>An object store of its own.</summary>
    public IObjectStore NewObjects() => NewObjects(_endpoint.Url);

    /// <summary>A KMS of its own.</summary>
    public static AwsKms NewKms() => new(new AwsKmsOptions { SessionCredentials = Session() });

    /// <summary>Has the database look at what it holds, as it does by itself after a while: before, it plans for empty tables.</summary>
    public async Task AnalyzeAsync()
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("ANALYZE", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes a key in KMS.</summary>
    public async Task<string> NewKeyAsync()
    {
        using var administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"), new AmazonKeyManagementServiceConfig { ServiceURL = _kms.Url, AuthenticationRegion = Region });
        return (await administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
    }

    /// <summary>Makes a tenant whose keys are under one key of KMS, and registers another.</summary>
    public async Task MakeTenantAsync(string tenantId)
    {
        await Service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId });
        foreach (string name in (string[])["before", "after"])
        {
            KeyProvider provider = await Service.Providers.RegisterAsync(
                new NewKeyProvider { TenantId = tenantId, Name = name, KeyIdentifier = await NewKeyAsync(), Connection = Connection });
            if (name == "before")
            {
                await Service.Providers.EnableAsync(provider.Id);
            }
        }
    }

    /// <summary>Protects objects of a tenant.</summary>
    public async Task ProtectAsync(string tenantId, int first, int count, int length)
    {
        string source = Path.Combine(_folder, "source");
        if (!File.Exists(source) || new FileInfo(source).Length != length)
        {
            await File.WriteAllBytesAsync(source, RandomNumberGenerator.GetBytes(length));
        }

        await using DataSession session = Service.Data.BeginSession();
        FileRequest[] files = [.. Enumerable.Range(first, count).Select(
            number => new FileRequest(source, string.Create(CultureInfo.InvariantCulture, $"s3://{Bucket}/{tenantId}/{number:0000000}{FilePlanner.Extension}")))];
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(tenantId, files, new ProtectOptions { DegreeOfParallelism = 8 }))
        {
            if (outcome.Error is { } error)
            {
                throw error;
            }
        }
    }

    /// <summary>Runs a migration to its end.</summary>
    public async Task MigrateAsync(string tenantId, MigrationMode mode, int threads)
    {
        KeyProvider target = await Service.Providers.ResolveAsync("after", tenantId);
        KeyMigration done = await Service.Migrations.StartAsync(tenantId, target.Id, new KeyMigrationOptions { Mode = mode, DegreeOfParallelism = threads });
        if (done is not { State: MigrationState.Completed, Failed: 0 })
        {
            throw new InvalidOperationException($"{done.State}: {done.Done} done, {done.Failed} failed.");
        }
    }

    /// <summary>Measures work alone, and what it takes of each, once this process rests: the runtime compiles on for a while what ran often.</summary>
    /// <param name="count">How many pieces of work it is.</param>
    /// <param name="work">Does it.</param>
    public async Task<Cost> MeasureAsync(int count, Func<Task> work)
    {
        for (int look = 0; look < MostLooks; look++)
        {
            if ((await Measurement.OfAsync(() => Task.Delay(Look))).ProcessorSeconds < Look.TotalSeconds * Resting)
            {
                break;
            }
        }

        double before = StoreSeconds;
        Measurement took = await Measurement.OfAsync(work);
        return new Cost(took.Seconds / count, took.ProcessorSeconds / count, (StoreSeconds - before) / count);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _kms.DisposeAsync();
        _endpoint.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static S3ObjectStore NewObjects(string url) => new(new S3Options { EndpointUrl = url, SessionCredentials = Session() });

    private static AwsSessionCredentials Session() => new("local", new SecretBytes(Encoding.UTF8.GetBytes("local")));
}
