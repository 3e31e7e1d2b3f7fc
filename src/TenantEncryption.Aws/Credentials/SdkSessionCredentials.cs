using Amazon.Runtime;

namespace TenantEncryption.Aws.Credentials;

/// <summary>The session's credentials as the SDK takes them, read anew for each call so that disposing them ends their use.</summary>
internal sealed class SdkSessionCredentials(AwsSessionCredentials session) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials()
    {
        (string secretAccessKey, string? sessionToken) = session.Reveal();
        return new ImmutableCredentials(session.AccessKeyId, secretAccessKey, sessionToken);
    }
}
