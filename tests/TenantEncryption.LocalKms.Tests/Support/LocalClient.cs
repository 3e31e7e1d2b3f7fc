using Amazon.KeyManagementService;
using Amazon.Runtime;

namespace TenantEncryption.LocalKms.Tests.Support;

/// <summary>AWSSDK clients of a local server.</summary>
internal static class LocalClient
{
    public static AmazonKeyManagementServiceClient Create(
        this LocalKmsServer server, string region = "eu-west-1", string accessKey = "local", string secret = "local", string? sessionToken = null)
    {
        AWSCredentials credentials = sessionToken is null
            ? new BasicAWSCredentials(accessKey, secret)
            : new SessionAWSCredentials(accessKey, secret, sessionToken);
        return new AmazonKeyManagementServiceClient(credentials, new AmazonKeyManagementServiceConfig
        {
            ServiceURL = server.Url,
            AuthenticationRegion = region,
            MaxErrorRetry = 0,
        });
    }
}
