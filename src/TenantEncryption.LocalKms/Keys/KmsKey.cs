using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TenantEncryption.LocalKms.Keys;

/// <summary>
/// A KMS key of one account in one region. It never changes: an operation puts a changed copy in its place, so readers
/// need no lock and the journal holds whole keys. The replicas of a multi-Region key share <see cref="KeyId"/> and
/// <see cref="Materials"/> and nothing else.
/// </summary>
internal sealed record KmsKey
{
    public required string Region { get; init; }

    public required string Account { get; init; }

    /// <summary>A UUID, or <c>mrk-</c> and 32 hexadecimal digits.</summary>
    public required string KeyId { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Since when its uses are recorded.</summary>
    public DateTimeOffset UsageTrackedFrom { get; init; }

    public string Description { get; init; } = "";

    /// <summary>The name of a <see cref="Keys.KeySpec"/>.</summary>
    public required string SpecName { get; init; }

    public required string Usage { get; init; }

    /// <summary><c>AWS_KMS</c> or <c>EXTERNAL</c>.</summary>
    public required string Origin { get; init; }

    public required KeyState State { get; init; }

    /// <summary>When a key that is PendingDeletion ceases to exist.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>The waiting period of a key that is PendingReplicaDeletion; it begins when the last replica is gone.</summary>
    public int? PendingWindowInDays { get; init; }

    /// <summary>When a transient state (Creating, Updating) ends, in <see cref="SettledState"/>.</summary>
    public DateTimeOffset? SettlesAt { get; init; }

    public KeyState SettledState { get; init; } = KeyState.Enabled;

    public bool MultiRegion { get; init; }

    /// <summary>The region of the primary of a multi-Region key; <see langword="null"/> for a single-Region key.</summary>
    public string? PrimaryRegion { get; init; }

    /// <summary>The versions of the material, oldest first. Empty for keys that can only be refused (asymmetric, HMAC, imported).</summary>
    public ImmutableArray<KeyMaterial> Materials { get; init; } = [];

    /// <summary>The policy that was put last. While <see cref="PriorPolicy"/> is there, that one still decides.</summary>
    public required KeyPolicy Policy { get; init; }

    /// <summary>The policy that decides until <see cref="PolicyEffectiveAt"/>, where a change is slow to spread.</summary>
    public KeyPolicy? PriorPolicy { get; init; }

    public DateTimeOffset? PolicyEffectiveAt { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The period of automatic rotation in days, or <see langword="null"/> where it is off.</summary>
    public int? RotationPeriodInDays { get; init; }

    public DateTimeOffset? NextRotation { get; init; }

    /// <summary>The on-demand rotations so far; AWS allows 25.</summary>
    public int OnDemandRotations { get; init; }

    [JsonIgnore]
    public string Partition => Partitions.Of(Region);

    [JsonIgnore]
    public string Arn => KeyArn.Format(Region, Account, KeyId);

    [JsonIgnore]
    public KeySpec Spec => KeySpec.Find(SpecName)!;

    [JsonIgnore]
    public bool IsReplica => MultiRegion && PrimaryRegion != Region;

    [JsonIgnore]
    public KeyMaterial CurrentMaterial => Materials[^1];

    /// <summary>When the next thing happens to the key by itself, or <see langword="null"/>.</summary>
    [JsonIgnore]
    public DateTimeOffset? NextDeadline => new[] { DeletionDate, SettlesAt, NextRotation }.Min();

    public KeyPolicy EffectivePolicy(DateTimeOffset now) => PriorPolicy is not null && now < PolicyEffectiveAt ? PriorPolicy : Policy;
}
