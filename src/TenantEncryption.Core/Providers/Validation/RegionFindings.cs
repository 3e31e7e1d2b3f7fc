namespace TenantEncryption.Providers;

/// <summary>What a test found out about the regions of a multi-Region key.</summary>
internal sealed record RegionFindings
{
    /// <summary>Nothing: the key is of one region, or its registration can't be trusted.</summary>
    public static readonly RegionFindings None = new();

    /// <summary>The replicas that KMS tells of now; <see langword="null"/> when it tells nothing.</summary>
    public IReadOnlyList<string>? ReplicaKeys { get; init; }

    /// <summary>The regions that had refused and where a round trip works now.</summary>
    public IReadOnlyList<string> Reopened { get; init; } = [];

    /// <summary>How often the provider had been refused when the round trips began: a later refusal stands.</summary>
    public long Refusals { get; init; }

    /// <summary>What is told of it in the test's result.</summary>
    public IReadOnlyList<KeyProviderCheck> Checks { get; init; } = [];
}
