using TenantEncryption.Events;
using TenantEncryption.Keys.Root;
using TenantEncryption.Stores;

namespace TenantEncryption;

/// <summary>What a store holds, and where.</summary>
public sealed record StoreInfo
{
    /// <summary>Where the store is.</summary>
    public required string Path { get; init; }

    /// <summary>What the store can do beside keeping rows.</summary>
    public required StoreCapabilities Capabilities { get; init; }

    /// <summary>The store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>The version of its schema.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>How the root key of its internal KMS is kept.</summary>
    public RootKeyProtection RootKeyProtection { get; init; }

    /// <summary>The ARN of the key in AWS KMS under which that root key is sealed; <see langword="null"/> where it is kept in another way.</summary>
    public string? RootKeyArn { get; init; }

    /// <summary>The id of that root key.</summary>
    public required string RootKeyId { get; init; }

    /// <summary>The number of tenants.</summary>
    public int Tenants { get; init; }

    /// <summary>The number of key providers.</summary>
    public int Providers { get; init; }

    /// <summary>The number of key-encryption keys.</summary>
    public long Keys { get; init; }

    /// <summary>The number of catalogued messages.</summary>
    public long Messages { get; init; }

    /// <summary>
    /// The ends of the chains of events, the store's own first, each beside the one that this machine keeps outside the store. Noted elsewhere, a head shows
    /// later whether its chain was cut.
    /// </summary>
    public required IReadOnlyList<EventLogHeadState> Heads { get; init; }

    /// <summary>The chains of which the store is older than what this machine saw.</summary>
    public IReadOnlyList<EventLogHeadState> RolledBack => Heads.Where(head => head.RolledBack).ToArray();

    /// <inheritdoc/>
    public override string ToString() => Path;
}
