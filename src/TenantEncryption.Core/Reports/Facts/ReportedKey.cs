using TenantEncryption.Keys;

namespace TenantEncryption.Reports;

/// <summary>A key-encryption key.</summary>
public sealed record ReportedKey
{
    /// <summary>The id.</summary>
    public required string KekId { get; init; }

    /// <summary>The id of the provider that seals it.</summary>
    public required string ProviderId { get; init; }

    /// <summary>That provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>Whether it wraps, or unwraps only.</summary>
    public KeyEncryptionKeyStatus Status { get; init; }

    /// <summary>When it was made, and began to wrap.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When another key took its place; <see langword="null"/> while it wraps, and where the log does not tell.</summary>
    public DateTimeOffset? ReplacedAt { get; init; }

    /// <summary>The wraps that were reserved: never fewer than were made.</summary>
    public long ReservedWraps { get; init; }

    /// <summary>The number of wraps at which it is replaced by itself.</summary>
    public long WrapLimit { get; init; }

    /// <summary>The catalogued messages that depend on it.</summary>
    public long Messages { get; init; }
}
