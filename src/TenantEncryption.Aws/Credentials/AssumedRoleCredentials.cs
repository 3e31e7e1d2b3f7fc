using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace TenantEncryption.Aws.Credentials;

/// <summary>
/// Credentials of an assumed role, renewed before they end. The SDK's own AssumeRoleAWSCredentials calls STS in the machine's default
/// region or us-east-1, synchronously and with its own time limits, so that it can't work for a key in another partition; this one
/// calls STS where the key is, with our limits.
/// </summary>
internal sealed class AssumedRoleCredentials : RefreshingAWSCredentials
{
    // CloudTrail and the key policy's aws:PrincipalArn show the session under this name.
    private const string SessionName = "TenantEncryption";

    private readonly IAmazonSecurityTokenService _sts;
    private readonly AssumeRoleRequest _request;

    public AssumedRoleCredentials(IAmazonSecurityTokenService sts, string roleArn, string? externalId)
    {
        _sts = sts;
        _request = new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = SessionName, ExternalId = externalId };
        PreemptExpiryTime = TimeSpan.FromMinutes(5);
    }

    protected override CredentialsRefreshState GenerateNewCredentials() => GenerateNewCredentialsAsync().GetAwaiter().GetResult();

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        AssumeRoleResponse answer = await _sts.AssumeRoleAsync(_request).ConfigureAwait(false);
        Amazon.SecurityToken.Model.Credentials issued =
            answer.Credentials ?? throw new AmazonSecurityTokenServiceException("The answer of sts:AssumeRole has no credentials.");
        return new CredentialsRefreshState(
            new ImmutableCredentials(issued.AccessKeyId, issued.SecretAccessKey, issued.SessionToken),
            issued.Expiration?.ToUniversalTime() ?? DateTime.UtcNow);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sts.Dispose();
        }

        base.Dispose(disposing);
    }
}
