using System.Collections.Concurrent;
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
using TenantEncryption.Migration;
using TenantEncryption.Providers;
using TenantEncryption.Sqlite;
using TenantEncryption.Tenants;
using TenantEncryption.Testing.Programs;

namespace TenantEncryption.Interop.Tests.Deployments;

/// <summary>The product as a customer runs it, for one test: a store on disk, a service on it, a KMS endpoint and its administrator.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly ConcurrentQueue<KmsCall> _kmsCalls = new();
    private LocalKmsServer? _localKms;
    private TenantEncryptionService? _service;

    private Deployment(string? kmsUrl) => KmsUrl = kmsUrl ?? "";

    /// <summary>Files of this test, and the programs that it runs.</summary>
    public Sandbox Sandbox { get; } = new();

    /// <summary>Where KMS listens.</summary>
    public string KmsUrl { get; private set; }

    /// <summary>The service.</summary>
    public TenantEncryptionService Service => _service!;

    /// <summary>The organisation that owns the master keys.</summary>
    public AmazonKeyManagementServiceClient Administrator { get; private set; } = null!;

    /// <summary>The KMS calls that the service made.</summary>
    public IReadOnlyCollection<KmsCall> KmsCalls => _kmsCalls;

    /// <summary>The folder of the store.</summary>
    public string StoreFolder => Sandbox.PathOf("store");

    /// <summary>Starts one.</summary>
    /// <param name="kmsUrl">A KMS that runs already; a local KMS is started when not given.</param>
    public static async Task<Deployment> StartAsync(string? kmsUrl = null)
    {
        var deployment = new Deployment(kmsUrl);
        if (kmsUrl is null)
        {
            deployment._localKms = await LocalKmsServer.StartAsync(new LocalKmsOptions());
            deployment.KmsUrl = deployment._localKms.Url;
        }

        deployment.Administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonKeyManagementServiceConfig { ServiceURL = deployment.KmsUrl, AuthenticationRegion = AwsCli.Region });
        deployment._service = await TenantEncryptionService.OpenAsync(
            new SqliteStore(deployment.StoreFolder),
            new AwsKms(new AwsKmsOptions
            {
                SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local"))),
            }),
            new TenantEncryptionOptions
            {
                RootKeyVault = new FileRootKeyVault(deployment.Sandbox.PathOf("roots")),
                LogHeadFolder = deployment.Sandbox.PathOf("roots"),
                OnKmsCall = deployment._kmsCalls.Enqueue,
            });
        return deployment;
    }

    /// <summary>Makes a tenant, under the internal KMS.</summary>
    public Task CreateTenantAsync(string tenantId, KeyHierarchy hierarchy = KeyHierarchy.Hierarchical) =>
        Service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId, KeyHierarchy = hierarchy });

    /// <summary>Makes a master key.</summary>
    /// <returns>Its ARN.</returns>
    public async Task<string> CreateMasterKeyAsync() => (await Administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;

    /// <summary>Registers and tests a provider on a master key.</summary>
    public async Task<KeyProvider> RegisterAsync(string tenantId, string keyArn)
    {
        KeyProvider provider = await Service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = $"CMK {keyArn[^6..]}",
            KeyIdentifier = keyArn,
            Connection = new KmsConnection { EndpointUrl = KmsUrl },
        });
        KeyProviderTestResult test = await Service.Providers.TestAsync(provider.Id);
        Assert.True(test.Success, string.Join('\n', test.Checks));
        Assert.Equal(KeyProviderVerdict.SafeToActivate, test.Verdict);
        return provider;
    }

    /// <summary>Moves a tenant's keys to a provider.</summary>
    public async Task MigrateAsync(string tenantId, string providerId)
    {
        KeyMigration migration = await Service.Migrations.StartAsync(tenantId, providerId);
        Assert.Equal((MigrationState.Completed, 0L), (migration.State, migration.Failed));
    }

    /// <summary>Moves a tenant to a new master key.</summary>
    /// <returns>The key's ARN.</returns>
    public async Task<string> MoveToMasterKeyAsync(string tenantId)
    {
        string keyArn = await CreateMasterKeyAsync();
        await MigrateAsync(tenantId, (await RegisterAsync(tenantId, keyArn)).Id);
        return keyArn;
    }

    /// <summary>The record of the key under which a tenant writes.</summary>
    public async Task<KeyRecord> CurrentRecordAsync(string tenantId) =>
        (await Service.Keys.ListAsync(tenantId)).Single(key => key.Status == KeyEncryptionKeyStatus.Current).GetRecord();

    /// <summary>Protects bytes as a file.</summary>
    public async Task<ProtectedFile> ProtectFileAsync(string tenantId, string name, byte[] content, ProtectOptions? options = null)
    {
        string source = Sandbox.PathOf(name);
        await File.WriteAllBytesAsync(source, content);
        await using DataSession session = Service.Data.BeginSession();
        var files = new List<ProtectedFile>();
        await foreach (FileOutcome<ProtectedFile> outcome in session.ProtectFilesAsync(
            tenantId, [new FileRequest(source, source + FilePlanner.Extension)], options))
        {
            Assert.True(outcome.Error is null, outcome.Error?.ToString());
            files.Add(outcome.Result!);
        }

        return Assert.Single(files);
    }

    /// <summary>Protects bytes as a value.</summary>
    public async Task<byte[]> ProtectValueAsync(string tenantId, byte[] content, ProtectOptions? options = null)
    {
        await using DataSession session = Service.Data.BeginSession();
        return await session.ProtectValueAsync(tenantId, content, options);
    }

    /// <summary>Unprotects a message file through a file, and through memory; both must give the same.</summary>
    public async Task<byte[]> UnprotectAsync(string path, UnprotectOptions options)
    {
        await using DataSession session = Service.Data.BeginSession();
        byte[] value = (await session.UnprotectValueAsync(await File.ReadAllBytesAsync(path), options)).Plaintext;
        string destination = path + ".read";
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(path, destination)], options))
        {
            Assert.True(outcome.Error is null, outcome.Error?.ToString());
        }

        byte[] file = await File.ReadAllBytesAsync(destination);
        Assert.True(value.AsSpan().SequenceEqual(file), $"{path} reads differently as a file.");
        File.Delete(destination);
        return value;
    }

    /// <summary>Fails to unprotect a message file, both ways.</summary>
    /// <returns>The code.</returns>
    public async Task<string> RefusedAsync(string path, UnprotectOptions options)
    {
        await using DataSession session = Service.Data.BeginSession();
        byte[] message = await File.ReadAllBytesAsync(path);
        TenantEncryptionException refused =
            await Assert.ThrowsAsync<TenantEncryptionException>(async () => await session.UnprotectValueAsync(message, options));
        string destination = path + ".read";
        await foreach (FileOutcome<UnprotectedFile> outcome in session.UnprotectFilesAsync([new FileRequest(path, destination)], options))
        {
            Assert.Equal(refused.Code, outcome.Error?.Code);
        }

        Assert.False(File.Exists(destination));
        return refused.Code;
    }

    /// <summary>Closes the store, as a program that ends does.</summary>
    public async Task CloseStoreAsync()
    {
        await Service.DisposeAsync();
        _service = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        Administrator.Dispose();
        if (_localKms is not null)
        {
            await _localKms.DisposeAsync();
        }

        Sandbox.Dispose();
    }
}
