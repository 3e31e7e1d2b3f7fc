using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace TenantEncryption.Aws.Credentials;

/// <summary>
/// The SDK's default chain, asked for each call. The SDK keeps what it found and looks again when the environment or the credential
/// files change, so a new sign-in is seen without a new session.
/// </summary>
internal sealed class DefaultChainCredentials : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() => DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        // The chain's walk (files, instance metadata) is synchronous inside the SDK; the caller's thread must stay free to cancel.
        AWSCredentials found = await Task.Run(() => DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync()).ConfigureAwait(false);
        return await found.GetCredentialsAsync().ConfigureAwait(false);
    }
}
