using Amazon;
using Amazon.KeyManagementService;
using Amazon.Runtime;
using Amazon.SecurityToken;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Endpoints;

/// <summary>The SDK's settings for a service, with one rule for endpoints, tries and time limits.</summary>
internal static class ClientSettings
{
    /// <summary>Settings for KMS: the connection's endpoint, else the one that the environment or profile configures, else AWS's.</summary>
    public static AmazonKeyManagementServiceConfig ForKms(
        KmsConnection connection, string region, AwsKmsOptions options, Transport transport)
    {
        var settings = new AmazonKeyManagementServiceConfig();
        Apply(settings, connection, connection.EndpointUrl, region, options, transport);
        return settings;
    }

    /// <summary>
    /// Settings for STS: the endpoint that AWS_ENDPOINT_URL_STS or the profile configures, else AWS's in the region. A connection's
    /// endpoint is KMS's alone.
    /// </summary>
    public static AmazonSecurityTokenServiceConfig ForSts(
        KmsConnection connection, string region, AwsKmsOptions options, Transport transport)
    {
        var settings = new AmazonSecurityTokenServiceConfig();
        Apply(settings, connection, null, region, options, transport);
        return settings;
    }

    /// <summary>
    /// Settings for asking STS as whom a connection calls. As <see cref="ForSts"/>; only that a KMS on this machine, which no AWS account knows, is asked
    /// itself unless the environment or profile configures an endpoint of STS. No secret leaves the machine by it.
    /// </summary>
    public static AmazonSecurityTokenServiceConfig ForCaller(
        KmsConnection connection, string region, AwsKmsOptions options, Transport transport)
    {
        AmazonSecurityTokenServiceConfig settings = ForSts(connection, region, options, transport);
        if (settings.ServiceURL is not null || connection.EndpointUrl is not { } own || !EndpointUrl.Parse(own, "KmsConnection.EndpointUrl").IsLoopback)
        {
            return settings;
        }

        var local = new AmazonSecurityTokenServiceConfig();
        Apply(local, connection, own, region, options, transport);
        return local;
    }

    /// <summary>Sets what is the same for every service.</summary>
    /// <param name="settings">The settings of the service's client.</param>
    /// <param name="connection">As whom it is called.</param>
    /// <param name="endpointUrl">The endpoint; <see langword="null"/> for the one that the environment or profile configures, else AWS's.</param>
    /// <param name="region">The region.</param>
    /// <param name="options">Tries and time limits.</param>
    /// <param name="transport">Sends.</param>
    /// <param name="source">Where the endpoint comes from, for errors.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is not an allowed endpoint.</exception>
    internal static void Apply(
        ClientConfig settings,
        KmsConnection connection,
        string? endpointUrl,
        string region,
        AwsKmsOptions options,
        Transport transport,
        string source = "KmsConnection.EndpointUrl")
    {
        if (connection.ProfileName is { } profile)
        {
            settings.Profile = new Profile(profile);
        }

        if (endpointUrl is null)
        {
            settings.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            settings.UseFIPSEndpoint |= connection.FipsEndpoints ?? CallRegion.IsGovernment(region);
        }

        // Reading ServiceURL makes the SDK look for a configured endpoint (AWS_ENDPOINT_URL_KMS, AWS_ENDPOINT_URL_STS,
        // AWS_ENDPOINT_URL, endpoint_url of the profile); such a one obeys the same rule as the connection's.
        string? chosen = endpointUrl ?? settings.ServiceURL;
        if (chosen is "")
        {
            // A variable that is set to nothing configures nothing.
            settings.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else if (chosen is not null)
        {
            settings.ServiceURL = EndpointUrl.Parse(chosen, endpointUrl is null ? "from the AWS configuration" : source).ToString();
            // The SDK refuses a custom endpoint together with a FIPS or dual-stack variant, which may be on in the environment.
            settings.UseFIPSEndpoint = false;
            settings.UseDualstackEndpoint = false;
        }

        settings.AuthenticationRegion = region;
        settings.RetryMode = RequestRetryMode.Standard;
        settings.MaxErrorRetry = options.MaxAttempts - 1;

        // What the SDK takes for a stale connection it tries again at once, ten times and beside the tries above. One is enough for a
        // pooled connection that the peer had closed; a call that must not happen twice may have none.
        settings.MaxStaleConnectionRetries = Math.Min(1, options.MaxAttempts - 1);
        settings.Timeout = options.AttemptTimeout;
        settings.ConnectTimeout = options.ConnectTimeout;
        settings.HttpClientFactory = transport;
        settings.AllowAutoRedirect = false;

        // The SDK's log may show requests and answers, and with them plaintext.
        settings.LogResponse = false;
        settings.DisableLogging = true;
    }
}
