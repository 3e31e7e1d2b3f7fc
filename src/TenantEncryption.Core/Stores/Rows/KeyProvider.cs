using TenantEncryption.Kms;

namespace TenantEncryption.Providers;

/// <summary>A tenant's registration of one master key: the internal KMS, or a customer master key by its ARN.</summary>
public sealed record KeyProvider
{
    /// <summary>The id, <c>kp-</c> and 20 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that it belongs to.</summary>
    public required string TenantId { get; init; }

    /// <summary>The name, unique within the tenant.</summary>
    public required string Name { get; init; }

    /// <summary>A note for people.</summary>
    public string? Description { get; init; }

    /// <summary>What it stands on.</summary>
    public KeyProviderType Type { get; init; }

    /// <summary>The key identifier as it was given: a key ARN, alias ARN, key id or alias name. <see langword="null"/> for the internal KMS.</summary>
    public string? KeyIdentifier { get; init; }

    /// <summary>The key ARN that the identifier resolved to; every call uses it. <see langword="null"/> for the internal KMS.</summary>
    public string? KeyArn { get; init; }

    /// <summary>SHA-256 of the resolved key ARN in lower-case hexadecimal: names the key where its ARN should not be shown.</summary>
    public string? ArnFingerprint { get; init; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts, where it is not the tenant id.</summary>
    public string? ContextValue { get; init; }

    /// <summary>Whether its keys need the internal KMS's share beside the master key's. Fixed when it is registered.</summary>
    public bool SecondLayer { get; init; }

    /// <summary>The values of the platform's placeholders that only its vendor knows, such as a session's name; for testing the key policy.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The state.</summary>
    public KeyProviderStatus Status { get; init; }

    /// <summary>Whether it is the tenant's Active provider.</summary>
    public bool Current => Status == KeyProviderStatus.Active;

    /// <summary>Whether the key is a multi-Region key.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>The ARNs of the other keys of a multi-Region key, in the order in which they are turned to when the provider's own region gives no answer.</summary>
    public IReadOnlyList<string> ReplicaKeys { get; init; } = [];

    /// <summary>The regions in which KMS refused the key and no check has passed since. While there is one, no replica is turned to.</summary>
    public IReadOnlyList<string> RefusedRegions { get; init; } = [];

    /// <summary>The grants without which the key is not used, where the platform uses it by grants; each lease and each test looks for them.</summary>
    public IReadOnlyList<ProviderGrant> Grants { get; init; } = [];

    /// <summary>How KMS is reached for it.</summary>
    public KmsConnection Connection { get; init; } = new();

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last became Active.</summary>
    public DateTimeOffset? PromotedToCurrentAt { get; init; }

    /// <summary>When another provider last took its place.</summary>
    public DateTimeOffset? DemotedFromCurrentAt { get; init; }

    /// <summary>When it was last tested.</summary>
    public DateTimeOffset? LastTestedAt { get; init; }

    /// <summary>The code of the last test, such as <c>SUCCESS</c>.</summary>
    public string? LastTest { get; init; }

    /// <summary>The number of key-encryption keys that it seals.</summary>
    public long KeyCount { get; init; }

    /// <summary>The number of catalogued messages that depend on it.</summary>
    public long MessageCount { get; init; }

    /// <summary>The most values outside the catalog that may depend on it: wraps that were reserved and not used for a file.</summary>
    public long ValueCount { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
