using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Newtonsoft.Json.Linq;
using TenantEncryption.Aws;
using TenantEncryption.Keys;
using TenantEncryption.LocalKms;
using TenantEncryption.LocalKms.Faults;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>
/// One local KMS for all tests of this assembly. Every test makes its own keys in it, so no test sees another's; one that needs outages has a
/// KMS of its own.
/// </summary>
internal sealed class SharedKms : IAsyncDisposable
{
    private static readonly Lazy<Task<SharedKms>> Shared = new(StartAsync);

    private readonly LocalKmsServer _server;

    private SharedKms(LocalKmsServer server)
    {
        _server = server;
        Url = server.Url;
        Administrator = AdministratorOf("eu-west-1");
    }

    public string Url { get; }

    public AmazonKeyManagementServiceClient Administrator { get; }

    /// <summary>Which calls go wrong; only for a KMS of a test's own.</summary>
    public FaultPlan Faults
    {
        set => _server.Faults = value;
    }

    public static Task<SharedKms> GetAsync() => Shared.Value;

    /// <summary>A KMS of a test's own.</summary>
    public static async Task<SharedKms> StartAsync() => new(await LocalKmsServer.StartAsync(new LocalKmsOptions()));

    /// <summary>A client with the access key <c>local</c> and a secret. One try, so that refusals are quick.</summary>
    public static AwsKms Client(string secret = "local") => new(new AwsKmsOptions
    {
        MaxAttempts = 1,
        SessionCredentials = new AwsSessionCredentials("local", new SecretBytes(Encoding.UTF8.GetBytes(secret))),
    });

    public async Task<string> CreateKeyAsync() => (await Administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;

    public Task DisableAsync(string keyArn) => Administrator.DisableKeyAsync(keyArn);

    public Task EnableAsync(string keyArn) => Administrator.EnableKeyAsync(keyArn);

    /// <summary>The same administrator in another region.</summary>
    public AmazonKeyManagementServiceClient AdministratorOf(string region) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonKeyManagementServiceConfig { ServiceURL = Url, AuthenticationRegion = region, MaxErrorRetry = 0 });

    /// <summary>A multi-Region key with its primary in eu-west-1.</summary>
    public async Task<string> CreateMultiRegionKeyAsync(params string[] replicaRegions)
    {
        string arn = (await Administrator.CreateKeyAsync(new CreateKeyRequest { MultiRegion = true })).KeyMetadata.Arn;
        foreach (string region in replicaRegions)
        {
            await Administrator.ReplicateKeyAsync(new ReplicateKeyRequest { KeyId = arn, ReplicaRegion = region });
        }

        return arn;
    }

    /// <summary>The operations of the latest calls that arrived, whoever made them, as KMS itself counts them; only for a KMS of a test's own.</summary>
    public IReadOnlyList<string> Operations => [.. Records.Select(call => (string)call["eventName"]!)];

    /// <summary>The records of these calls, as CloudTrail has them.</summary>
    public IReadOnlyList<JObject> Records =>
        [.. _server.LatestEvents(1000).Select(line => JObject.Parse(line)).Where(call => (string?)call["eventSource"] == "kms.amazonaws.com")];

    /// <summary>Sets the clock of key states, policies and conditions ahead; only for a KMS of a test's own.</summary>
    public void Advance(TimeSpan by) => _server.Advance(by);

    public async Task<string> PolicyAsync(string keyArn)
    {
        using AmazonKeyManagementServiceClient administrator = AdministratorOf(RegionOf(keyArn));
        return (await administrator.GetKeyPolicyAsync(new GetKeyPolicyRequest { KeyId = keyArn, PolicyName = "default" })).Policy;
    }

    public async Task PutPolicyAsync(string keyArn, string policy)
    {
        using AmazonKeyManagementServiceClient administrator = AdministratorOf(RegionOf(keyArn));
        await administrator.PutKeyPolicyAsync(new PutKeyPolicyRequest { KeyId = keyArn, PolicyName = "default", Policy = policy });
    }

    /// <summary>Puts a key into a state that AWS alone brings about.</summary>
    public async Task SetStateAsync(string keyArn, string state)
    {
        using var http = new HttpClient();
        using var body = new StringContent($$"""{"arn":"{{keyArn}}","state":"{{state}}"}""");
        (await http.PutAsync(new Uri(Url + "/_localkms/key-state"), body)).EnsureSuccessStatusCode();
    }

    private static string RegionOf(string keyArn) => keyArn.Split(':')[3];

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
