using TenantEncryption.Keys;

namespace TenantEncryption.Migration;

/// <summary>One key that a migration moves, or one message.</summary>
public sealed record MigrationItem
{
    /// <summary>The migration.</summary>
    public required string MigrationId { get; init; }

    /// <summary>
    /// The key-encryption key: that which moves, or that whose messages do. Where a master key wraps the messages' data keys itself, the id of its provider.
    /// </summary>
    public required string KekId { get; init; }

    /// <summary>Reencrypt: the message, by its full path.</summary>
    public string? Path { get; init; }

    /// <summary>Reencrypt: the message's id, 32 bytes in lower-case hexadecimal.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether it is the new key that wraps from the end of the migration on.</summary>
    public bool IsNewKey { get; init; }

    /// <summary>How far it is.</summary>
    public MigrationItemState State { get; init; }

    /// <summary>The record under the target, once it is Staged.</summary>
    internal KeyRecord? Staged { get; init; }

    /// <summary>Why it could not be moved.</summary>
    public string? Code { get; init; }

    /// <summary>The same in words.</summary>
    public string? Detail { get; init; }
}
