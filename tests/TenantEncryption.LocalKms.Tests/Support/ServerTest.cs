using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.SecurityToken;

namespace TenantEncryption.LocalKms.Tests.Support;

/// <summary>A test with a server of its own.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    protected const string Root = "arn:aws:iam::111122223333:root";

    private readonly List<IDisposable> _clients = [];

    protected LocalKmsServer Server { get; private set; } = null!;

    /// <summary>The root of account 111122223333 in eu-west-1.</summary>
    protected AmazonKeyManagementServiceClient Kms { get; private set; } = null!;

    protected virtual LocalKmsOptions Options => new();

    public virtual async Task InitializeAsync()
    {
        Server = await LocalKmsServer.StartAsync(Options);
        Kms = Client();
    }

    public virtual async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
    }

    protected AmazonKeyManagementServiceClient Client(
        string region = "eu-west-1", string accessKey = "local", string? secret = null, string? sessionToken = null)
    {
        AmazonKeyManagementServiceClient client = Server.Create(region, accessKey, secret ?? accessKey, sessionToken);
        _clients.Add(client);
        return client;
    }

    protected AmazonSecurityTokenServiceClient Sts(string accessKey = "local", string? secret = null)
    {
        var client = new AmazonSecurityTokenServiceClient(
            new Amazon.Runtime.BasicAWSCredentials(accessKey, secret ?? accessKey),
            new AmazonSecurityTokenServiceConfig { ServiceURL = Server.Url, AuthenticationRegion = "eu-west-1", MaxErrorRetry = 0 });
        _clients.Add(client);
        return client;
    }

    protected async Task<string> NewKeyAsync(string? policy = null, bool multiRegion = false) =>
        (await Kms.CreateKeyAsync(new CreateKeyRequest { Policy = policy, MultiRegion = multiRegion })).KeyMetadata.Arn;

    /// <summary>Defines a principal whose access key and secret are its name.</summary>
    protected void DefinePrincipal(string arn, string name, string more = "") =>
        Server.Define($$"""{"principals":[{"arn":"{{arn}}","accessKeys":[{"id":"{{name}}","secret":"{{name}}"}]{{(more.Length > 0 ? "," + more : "")}}}]}""");

    protected static string Statement(string principal, string action, string condition = "{}") => $$"""
        {"Version":"2012-10-17","Statement":[
          {"Sid":"root","Effect":"Allow","Principal":{"AWS":"{{Root}}"},"Action":"kms:*","Resource":"*"},
          {"Sid":"it","Effect":"Allow","Principal":{"AWS":"{{principal}}"},"Action":"{{action}}","Resource":"*","Condition":{{condition}}}]}
        """;

    protected static async Task<AmazonKeyManagementServiceException> RefusedAsync(string code, Func<Task> call)
    {
        AmazonKeyManagementServiceException refused = await Assert.ThrowsAnyAsync<AmazonKeyManagementServiceException>(call);
        Assert.Equal(code, refused.ErrorCode);
        return refused;
    }
}
