namespace TenantEncryption.Aws;

/// <summary>How <see cref="AwsKms"/> calls AWS: tries, time limits and, if any, the credentials of this session.</summary>
public sealed record AwsKmsOptions
{
    /// <summary>Tries of one call, the first included; 1 to 10. Between them the SDK's standard retry mode waits.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The longest that connecting (TCP and TLS) may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that one try may take, from sending to the whole answer.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest that one operation may take: credentials, a role, all tries and the waits between them. What is not answered by
    /// then is <c>KMS_UNREACHABLE</c>.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest that finding credentials may take (a role's own call to STS aside). It bounds the SDK's look-up of instance
    /// metadata, which takes up to 35 s on a machine that has none. Past it the error is <c>CREDENTIALS_INVALID</c>.
    /// </summary>
    public TimeSpan CredentialsTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Credentials for this session, in place of the SDK's default chain. A connection's own profile comes before them; its role is
    /// assumed with them. <see cref="AwsKms"/> owns them and zeroes them when it is disposed.
    /// </summary>
    public AwsSessionCredentials? SessionCredentials { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAttempts, 10);
        foreach (TimeSpan limit in (TimeSpan[])[ConnectTimeout, AttemptTimeout, Timeout, CredentialsTimeout])
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, TimeSpan.FromHours(1));
        }
    }
}
