using TenantEncryption.Providers;

namespace TenantEncryption.Reports;

/// <summary>A key provider: a tenant's registration of one master key.</summary>
public sealed record ReportedProvider
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>A note of the administrator's.</summary>
    public string? Description { get; init; }

    /// <summary>What it stands on.</summary>
    public KeyProviderType Type { get; init; }

    /// <summary>The state.</summary>
    public KeyProviderStatus Status { get; init; }

    /// <summary>The AWS account that owns the master key; <see langword="null"/> for the internal KMS, which is the operator's.</summary>
    public string? OwnerAccount { get; init; }

    /// <summary>The key ARN that every call uses.</summary>
    public string? KeyArn { get; init; }

    /// <summary>The identifier as it was given, such as an alias.</summary>
    public string? KeyIdentifier { get; init; }

    /// <summary>The region that is asked.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the key is a multi-Region key.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>The keys in other regions.</summary>
    public IReadOnlyList<string> ReplicaKeys { get; init; } = [];

    /// <summary>The regions in which KMS refused the key and no check has passed since.</summary>
    public IReadOnlyList<string> RefusedRegions { get; init; } = [];

    /// <summary>The endpoint, where it is not AWS's own.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>Whether AWS's FIPS endpoint is called; <see langword="null"/> for the internal KMS and where the endpoint is one's own.</summary>
    public bool? FipsEndpoint { get; init; }

    /// <summary>The role that is assumed for the calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The value of the tenant's pair in encryption contexts.</summary>
    public string? ContextValue { get; init; }

    /// <summary>Whether its keys need the internal KMS's share, too.</summary>
    public bool SecondLayer { get; init; }

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last became Active.</summary>
    public DateTimeOffset? PromotedToCurrentAt { get; init; }

    /// <summary>When another provider last took its place.</summary>
    public DateTimeOffset? DemotedFromCurrentAt { get; init; }

    /// <summary>The key-encryption keys that it seals.</summary>
    public long Keys { get; init; }

    /// <summary>The catalogued messages that depend on it.</summary>
    public long Messages { get; init; }

    /// <summary>The most values outside the catalog that may depend on it.</summary>
    public long Values { get; init; }

    /// <summary>The grants without which the key is not used.</summary>
    public IReadOnlyList<ProviderGrant> RequiredGrants { get; init; } = [];

    /// <summary>The last test; <see langword="null"/> where the log tells of none.</summary>
    public ReportedValidation? LastTest { get; init; }

    /// <summary>The last successful call that the log tells of which uses the key, a test's or dry run's too; <see langword="null"/> for none.</summary>
    public ReportedKmsUse? LastUse { get; init; }

    /// <summary>What KMS answered when this report was made, region by region; <see langword="null"/> where it was not asked.</summary>
    public IReadOnlyList<ReportedLiveKey>? Live { get; init; }
}
