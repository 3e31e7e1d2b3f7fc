using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.SecurityToken;
using TenantEncryption.Aws.Endpoints;
using TenantEncryption.Aws.Settings;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Credentials;

/// <summary>
/// As whom KMS is called: a connection's profile, else the session's credentials, else the SDK's default chain; and on top of that
/// the connection's role.
/// </summary>
internal sealed class CallerIdentity : IDisposable
{
    private readonly AwsKmsOptions _options;
    private readonly string _sourceName;
    private readonly AWSCredentials _source;
    private readonly AssumedRoleCredentials? _role;
    private readonly string? _roleArn;

    private CallerIdentity(AwsKmsOptions options, string sourceName, AWSCredentials source, AssumedRoleCredentials? role, string? roleArn)
    {
        _options = options;
        _sourceName = sourceName;
        _source = source;
        _role = role;
        _roleArn = roleArn;
    }

    /// <summary>What signs the calls.</summary>
    public AWSCredentials Credentials => (AWSCredentials?)_role ?? _source;

    /// <summary>Makes the identity of a connection; nothing is called yet.</summary>
    /// <exception cref="TenantEncryptionException"><c>CREDENTIALS_INVALID</c>: there is no such profile, or it is not usable.</exception>
    public static CallerIdentity Create(KmsConnection connection, string region, AwsKmsOptions options, Transport transport)
    {
        (string name, AWSCredentials source) = connection.ProfileName is { } profile
            ? ($"the profile '{profile}'", OfProfile(profile))
            : options.SessionCredentials is { } session
                ? ("the session's credentials", new SdkSessionCredentials(session))
                : ("the AWS SDK's default chain", (AWSCredentials)new DefaultChainCredentials());
        if (connection.RoleArn is null)
        {
            return new CallerIdentity(options, name, source, null, null);
        }

        var sts = new AmazonSecurityTokenServiceClient(source, ClientSettings.ForSts(connection, region, options, transport));
        var role = new AssumedRoleCredentials(sts, connection.RoleArn, connection.ExternalId);
        return new CallerIdentity(options, name, source, role, connection.RoleArn);
    }

    /// <summary>
    /// Finds or renews the credentials, so that a failure is told as one of credentials and not of KMS, and within its own time.
    /// </summary>
    /// <exception cref="TenantEncryptionException">
    /// <c>CREDENTIALS_INVALID</c>, or for STS also <c>THROTTLED</c> and <c>KMS_UNREACHABLE</c>.
    /// </exception>
    public async Task EnsureAsync(CallSite site, CancellationToken cancellationToken)
    {
        try
        {
            await _source.GetCredentialsAsync().WaitAsync(_options.CredentialsTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException timeout)
        {
            throw site.Error(
                ErrorCodes.CredentialsInvalid,
                $"No credentials came from {_sourceName} within {_options.CredentialsTimeout.TotalSeconds:0.#} s.",
                timeout);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or TenantEncryptionException))
        {
            throw CredentialErrors.OfSource(exception, _sourceName, site);
        }

        if (_role is not null)
        {
            try
            {
                await _role.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw CredentialErrors.OfRole(exception, _roleArn!, site);
            }
        }
    }

    public void Dispose() => _role?.Dispose();

    private static AWSCredentials OfProfile(string profile)
    {
        try
        {
            CredentialProfileStoreChain store = Profiles.Store;
            if (!store.TryGetProfile(profile, out CredentialProfile found))
            {
                throw new TenantEncryptionException(ErrorCodes.CredentialsInvalid, $"There is no AWS profile '{profile}' on this machine.");
            }

            return found.GetAWSCredentials(store);
        }
        catch (Exception exception) when (exception is AmazonClientException or InvalidOperationException or InvalidDataException)
        {
            throw new TenantEncryptionException(
                ErrorCodes.CredentialsInvalid,
                $"The AWS profile '{profile}' is not usable: {CallSite.Quote(exception.Message)}",
                exception);
        }
    }
}
