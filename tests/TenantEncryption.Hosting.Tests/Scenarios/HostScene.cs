using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TenantEncryption.Aws;
using TenantEncryption.Keys;
using TenantEncryption.Keys.Root;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;
using TenantEncryption.Providers;
using TenantEncryption.Tenants;

namespace TenantEncryption.Hosting.Tests.Scenarios;

/// <summary>A folder for a store and its root keys, a local KMS, and hosts that are started on them one after another, as a service is restarted.</summary>
internal sealed class HostScene : IAsyncDisposable
{
    private readonly LocalKmsServer _kms;
    private readonly AmazonKeyManagementServiceClient _administrator;

    private HostScene(LocalKmsServer kms)
    {
        _kms = kms;
        _administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"), new AmazonKeyManagementServiceConfig { ServiceURL = kms.Url, AuthenticationRegion = "eu-west-1" });
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("tenc-host-").FullName;

    public string StorePath => Path.Combine(Folder, "store");

    /// <summary>How many calls reached the KMS.</summary>
    public int KmsCalls => _kms.LatestEvents(1000).Count;

    public static async Task<HostScene> BeginAsync() => new(await LocalKmsServer.StartAsync(new LocalKmsOptions()));

    /// <summary>Settings of a host on this store.</summary>
    public void Configure(TenantEncryptionSettings settings)
    {
        settings.StorePath = StorePath;
        settings.CreateStore = true;
        settings.RootKeyFolder = Path.Combine(Folder, "roots");
        settings.KmsClient = _ => NewKms();
    }

    /// <summary>Starts a host.</summary>
    public async Task<IHost> StartAsync(Action<IServiceCollection>? add = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddTenantEncryption(Configure);
        add?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Makes a tenant whose Active provider is a new customer's key.</summary>
    /// <returns>The key's ARN.</returns>
    public async Task<string> AddTenantAsync(IHost host, string tenantId)
    {
        TenantEncryptionService service = host.Services.GetRequiredService<TenantEncryptionService>();
        await service.Tenants.CreateAsync(new NewTenant { TenantId = tenantId });
        KeyProvider provider = await service.Providers.RegisterAsync(new NewKeyProvider
        {
            TenantId = tenantId,
            Name = "CMK",
            KeyIdentifier = (await _administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn,
            Connection = new KmsConnection { EndpointUrl = _kms.Url, Region = "eu-west-1" },
        });
        return (await service.Providers.EnableAsync(provider.Id)).KeyArn!;
    }

    /// <summary>Makes a key in the KMS, and has the root of the store sealed under it.</summary>
    /// <returns>The key's ARN, and what says so to a host.</returns>
    public async Task<(string KeyArn, Action<IServiceCollection> Configure)> AddPlatformKeyAsync()
    {
        string keyArn = (await _administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
        return (keyArn, services => services.PostConfigure<TenantEncryptionSettings>(settings =>
        {
            settings.RootKeyFolder = null;
            settings.LogHeadFolder = Path.Combine(Folder, "heads");
            settings.RootKeyVault = _ => new KmsRootKeyVault(keyArn, new KmsConnection { EndpointUrl = _kms.Url });
            settings.KeyLease = TimeSpan.Zero;
        }));
    }

    public Task DisableAsync(string keyArn) => _administrator.DisableKeyAsync(keyArn);

    public Task EnableAsync(string keyArn) => _administrator.EnableKeyAsync(keyArn);

    public async ValueTask DisposeAsync()
    {
        _administrator.Dispose();
        await _kms.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static AwsKms NewKms() => new(new AwsKmsOptions
    {
        MaxAttempts = 1,
        SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes("local"))),
    });
}
