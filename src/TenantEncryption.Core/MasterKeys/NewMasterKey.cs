using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.MasterKeys;

/// <summary>What a customer master key is made from.</summary>
public sealed record NewMasterKey
{
    /// <summary>
    /// The tenants that the key is for. Without <see cref="Platform"/> they are the store's, all of one platform; with it they need not be.
    /// </summary>
    public IReadOnlyList<string> TenantIds { get; init; } = [];

    /// <summary>The platform whose rules the key must meet; <see langword="null"/> for that of the tenants, else standalone.</summary>
    public PlatformProfile? Platform { get; init; }

    /// <summary>The alias, with or without its <c>alias/</c>.</summary>
    public required string Alias { get; init; }

    /// <summary>A note for people, up to 8,192 characters. It is public: CloudTrail shows it.</summary>
    public string? Description { get; init; }

    /// <summary>Whether to make a multi-Region key; <see langword="null"/> for what the platform asks for.</summary>
    public bool? MultiRegion { get; init; }

    /// <summary>The regions of its replicas; <see langword="null"/> for the backup region that the platform names.</summary>
    public IReadOnlyList<string>? ReplicaRegions { get; init; }

    /// <summary>The ARNs of the principals that shall administer the key, beside the account.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];

    /// <summary>The ARNs of the principals that shall use the key.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// Whether the key policy refuses to delete the key before it was unused for so many days, at least one; <see langword="null"/> for no such guard. A key that was never used
    /// counts from its making. Disabling stays possible: it is what shuts a key in an emergency, and it can be undone.
    /// </summary>
    public int? DeletionGuardDays { get; init; }

    /// <summary>The tags. They are public: CloudTrail shows them.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The JSON that the platform itself shows, from which values of placeholders are read; <see langword="null"/> for none.</summary>
    public string? From { get; init; }

    /// <summary>Values of placeholders of the platform's statements, by their names.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Where and as whom to make it. Its region is the tenants' own when it is not given.</summary>
    public KmsConnection Connection { get; init; } = new();
}
