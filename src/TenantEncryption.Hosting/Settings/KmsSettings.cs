namespace TenantEncryption.Hosting;

/// <summary>
/// Tries and time limits of calls to AWS KMS. Credentials and endpoint are those of a provider's connection and of the AWS configuration (environment,
/// profile, the instance's role), as everywhere in the AWS SDK.
/// </summary>
public sealed class KmsSettings
{
    /// <summary>How often a call is tried, the first try included: 1 to 10.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one try may take.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a call may take with all of its tries.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
