using System.Text;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Newtonsoft.Json.Linq;
using TenantEncryption.Keys;
using TenantEncryption.Kms;
using TenantEncryption.LocalKms;

namespace TenantEncryption.Aws.Tests;

/// <summary>A local KMS of one test, its administrator, one key, and a client.</summary>
internal sealed class LocalKmsSession : IAsyncDisposable
{
    private readonly LocalKmsServer _server;

    private LocalKmsSession(LocalKmsServer server)
    {
        _server = server;
        Administrator = new AmazonKeyManagementServiceClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonKeyManagementServiceConfig { ServiceURL = server.Url, AuthenticationRegion = "eu-west-1" });
        Kms = Client("local");
    }

    public AmazonKeyManagementServiceClient Administrator { get; }

    public AwsKms Kms { get; }

    public string KeyArn { get; private set; } = "";

    public KmsConnection Connection => new() { EndpointUrl = _server.Url, Region = "eu-west-1" };

    public static async Task<LocalKmsSession> StartAsync()
    {
        var session = new LocalKmsSession(await LocalKmsServer.StartAsync(new LocalKmsOptions()));
        session.KeyArn = await session.CreateKeyAsync();
        return session;
    }

    public IKmsAdministration Administration => Kms.Administration;

    /// <summary>The calls that arrived since a key was made, with the key that each was about.</summary>
    public IReadOnlyList<(string Operation, string KeyArn)> Calls =>
    [
        .. _server.LatestEvents(1000).Select(JObject.Parse).Select(call => ((string)call["eventName"]!, (string)call["resources"]![0]!["ARN"]!))
            .Where(call => call.Item1 != "CreateKey"),
    ];

    /// <summary>A client with an access key and its secret.</summary>
    public static AwsKms Client(string secret, string accessKeyId = "local") => new(new AwsKmsOptions
    {
        MaxAttempts = 1,
        SessionCredentials = new AwsSessionCredentials(accessKeyId, new SecretBytes(Encoding.UTF8.GetBytes(secret))),
    });

    /// <summary>Adds a principal without policies, whose access key and secret are the same word.</summary>
    public void Define(string arn, string accessKey) => _server.Define(
        $$"""{ "principals": [ { "arn": "{{arn}}", "accessKeys": [ { "id": "{{accessKey}}", "secret": "{{accessKey}}" } ] } ] }""");

    public async Task<string> CreateKeyAsync() => (await Administrator.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;

    public async ValueTask DisposeAsync()
    {
        Kms.Dispose();
        Administrator.Dispose();
        await _server.DisposeAsync();
    }
}
