using TenantEncryption.Aws;
using TenantEncryption.Kms;

namespace TenantEncryption.S3;

/// <summary>How <see cref="S3ObjectStore"/> calls S3: where, as whom, tries and time limits. What is <see langword="null"/> comes from the AWS configuration.</summary>
public sealed record S3Options
{
    /// <summary>The region of the buckets, such as <c>eu-west-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The AWS profile of the shared configuration and credentials files (SSO profiles too).</summary>
    public string? ProfileName { get; init; }

    /// <summary>
    /// The endpoint, for an object store that is not AWS's or for a VPC endpoint; else the one of <c>AWS_ENDPOINT_URL_S3</c> or the profile. Plain http is
    /// accepted for this machine only.
    /// </summary>
    public string? EndpointUrl { get; init; }

    /// <summary>The role to assume for the calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The external id that the role's trust policy asks for.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Tries of one call, the first included; 1 to 10. Between them the SDK's standard retry mode waits.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The longest that connecting (TCP and TLS) may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that one try may take until its answer begins: a message of up to 64 MiB is sent in it.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest that an object which is being read may give nothing.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest that finding credentials may take.</summary>
    public TimeSpan CredentialsTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Credentials for this session, in place of the SDK's default chain. A profile comes before them; a role is assumed with them.
    /// <see cref="S3ObjectStore"/> owns them and zeroes them when it is disposed.
    /// </summary>
    public AwsSessionCredentials? SessionCredentials { get; init; }

    /// <summary>Where and as whom to call.</summary>
    internal KmsConnection Connection => new() { Region = Region, ProfileName = ProfileName, RoleArn = RoleArn, ExternalId = ExternalId };

    /// <summary>Tries and limits, as what is shared with KMS takes them.</summary>
    internal AwsKmsOptions Calls => new()
    {
        MaxAttempts = MaxAttempts,
        ConnectTimeout = ConnectTimeout,
        AttemptTimeout = AttemptTimeout,
        CredentialsTimeout = CredentialsTimeout,
        SessionCredentials = SessionCredentials,
    };

    internal void Validate()
    {
        Calls.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StallTimeout, TimeSpan.FromHours(1));
    }
}
