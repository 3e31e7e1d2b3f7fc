using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Aws;
using TenantEncryption.Keys;
using TenantEncryption.LocalKms;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>One local KMS for all tests of this assembly. Every test makes its own keys in it, so no test sees another's.</summary>
internal sealed class SharedKms
{
    private static readonly Lazy<Task<SharedKms>> Shared = new(StartAsync);

    private SharedKms(LocalKmsServer server)
    {
        Url = server.Url;
        Administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonKeyManagementServiceConfig { ServiceURL = server.Url, AuthenticationRegion = "eu-west-1" });
    }

    public string Url { get; }

    public AmazonKeyManagementServiceClient Administrator { get; }

    public static Task<SharedKms> GetAsync() => Shared.Value;

    /// <summary>A client with the access key <c>local</c> and a secret. One try, so that refusals are quick.</summary>
    public static AwsKms Client(string secret = "local") => new(new AwsKmsOptions
    {
        MaxAttempts = 1,
        SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes(secret))),
    });

    public async Task<string> CreateKeyAsync() => (await Administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;

    public Task DisableAsync(string keyArn) => Administrator.DisableKeyAsync(keyArn);

    public Task EnableAsync(string keyArn) => Administrator.EnableKeyAsync(keyArn);

    private static async Task<SharedKms> StartAsync() => new(await LocalKmsServer.StartAsync(new LocalKmsOptions()));
}
