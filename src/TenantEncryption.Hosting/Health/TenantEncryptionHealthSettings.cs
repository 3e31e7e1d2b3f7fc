namespace TenantEncryption.Hosting;

/// <summary>What the health check looks at beside the store and the heads of its chains.</summary>
public sealed class TenantEncryptionHealthSettings
{
    /// <summary>Whether every event of every chain is verified at each check. Its cost grows with the log: for a check that runs once a night, not for a probe.</summary>
    public bool VerifyChains { get; set; }

    /// <summary>
    /// Whether each Active provider of AWS KMS is tested at each check, with a round trip: some calls of KMS each, which cost money and are recorded. Without
    /// it, the outcome of the last test counts, whoever made it.
    /// </summary>
    public bool CallKms { get; set; }
}
