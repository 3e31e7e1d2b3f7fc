using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Keys.Root;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;

namespace TenantEncryption.S3.Tests.Data;

/// <summary>The product on a bucket, for one test: a store on disk, a service on it, and a tenant under the internal KMS.</summary>
internal sealed class ProductOnBucket : IAsyncDisposable
{
    public const string Tenant = "acme";

    private readonly string _folder = Directory.CreateTempSubdirectory("tenantencryption-s3-").FullName;
    private readonly TestBucket _bucket;
    private TenantEncryptionService? _service;

    private ProductOnBucket(TestBucket bucket) => _bucket = bucket;

    /// <summary>The bucket.</summary>
    public TestBucket Bucket => _bucket;

    /// <summary>The service.</summary>
    public TenantEncryptionService Service => _service!;

    /// <summary>What the service warned of.</summary>
    public List<string> Warnings { get; } = [];

    public static async Task<ProductOnBucket> StartAsync(TestBucket bucket)
    {
        var product = new ProductOnBucket(bucket);
        await product.OpenAsync();
        await product.Service.Tenants.CreateAsync(new NewTenant { TenantId = Tenant });
        return product;
    }

    /// <summary>Opens the service on the store, as another process would.</summary>
    /// <param name="change">Other options.</param>
    public async Task<TenantEncryptionService> OpenAsync(Func<TenantEncryptionOptions, TenantEncryptionOptions>? change = null)
    {
        var options = new TenantEncryptionOptions
        {
            RootKeyVault = new FileRootKeyVault(PathOf("roots")),
            LogHeadFolder = PathOf("roots"),
            ObjectStore = () => ObjectServer.NewStore(new S3Options { MaxAttempts = 2 }, _bucket.Proxy.Url),
            OnWarning = Warnings.Add,
        };
        options = change?.Invoke(options) ?? options;
        TenantEncryptionService opened = await TenantEncryptionService.OpenAsync(
            new SqliteStore(PathOf("store"), new SqliteStoreOptions { Time = options.Time }), () => throw new InvalidOperationException("No key is in AWS KMS."), options);
        _service ??= opened;
        return opened;
    }

    /// <summary>The full path of a name in the test's folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>The address of a key.</summary>
    public string AddressOf(string key) => $"s3://{_bucket.Name}/{key}";

    /// <summary>Writes a file of random bytes.</summary>
    /// <returns>Its path, and the bytes.</returns>
    public (string Path, byte[] Content) Write(string name, int length)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        byte[] content = RandomNumberGenerator.GetBytes(length);
        File.WriteAllBytes(path, content);
        return (path, content);
    }

    /// <summary>Protects files.</summary>
    public async Task<List<FileOutcome<ProtectedFile>>> ProtectAsync(IReadOnlyList<FileRequest> files, ProtectOptions? options = null, CancellationToken cancellationToken = default)
    {
        var outcomes = new List<FileOutcome<ProtectedFile>>();
        await using DataSession session = Service.Data.BeginSession();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(Tenant, files, options, null, cancellationToken))
        {
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    /// <summary>Protects one file, which must succeed.</summary>
    public async Task<ProtectedFile> ProtectAsync(string path, string key, ProtectOptions? options = null)
    {
        FileOutcome<ProtectedFile> outcome = Assert.Single(await ProtectAsync([new FileRequest(path, AddressOf(key))], options));
        Assert.True(outcome.Error is null, outcome.Error?.ToString());
        return outcome.Result!;
    }

    /// <summary>Protects one file by another service on the store, which must succeed.</summary>
    public static async Task<ProtectedFile> ProtectAsync(TenantEncryptionService service, string path, string address, ProtectOptions? options = null)
    {
        await using DataSession session = service.Data.BeginSession();
        FileOutcome<ProtectedFile> outcome = await session.ProtectFilesAsync(Tenant, [new FileRequest(path, address)], options).SingleAsync();
        Assert.True(outcome.Error is null, outcome.Error?.ToString());
        return outcome.Result!;
    }

    /// <summary>Reads an object into a file.</summary>
    /// <returns>How it went, and what was read.</returns>
    public async Task<(FileOutcome<UnprotectedFile> Outcome, byte[]? Content)> ReadAsync(string key, UnprotectOptions? options = null)
    {
        string destination = PathOf("read-" + Guid.NewGuid().ToString("N"));
        await using DataSession session = Service.Data.BeginSession();
        FileOutcome<UnprotectedFile>? only = null;
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(AddressOf(key), destination)], options))
        {
            Assert.Null(only);
            only = outcome;
        }

        return (only!, File.Exists(destination) ? await File.ReadAllBytesAsync(destination) : null);
    }

    /// <summary>What the catalog knows.</summary>
    public async Task<List<MessageInfo>> CatalogAsync()
    {
        var messages = new List<MessageInfo>();
        await foreach (MessageInfo message in Service.Data.ListCatalogAsync(Tenant))
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>How many entries are pending.</summary>
    public async Task<long> PendingAsync() =>
        await Service.Work.ReadAsync(transaction => transaction.Catalog.CountAsync(Tenant), CancellationToken.None) - (await CatalogAsync()).Count;

    /// <summary>How many entries are pending, and nobody is at work on them.</summary>
    public async Task<int> OrphansAsync() =>
        (await Service.Work.ReadAsync(transaction => transaction.Catalog.ListOrphanedAsync($"s3://{_bucket.Name}"), CancellationToken.None)).Count;

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await _bucket.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
