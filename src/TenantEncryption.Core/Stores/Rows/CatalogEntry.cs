namespace TenantEncryption.Data;

/// <summary>A message that the store knows of. A space, a name and a version have at most one.</summary>
internal sealed record CatalogEntry
{
    /// <summary>The message id: 32 bytes in lower-case hexadecimal.</summary>
    public required string MessageId { get; init; }

    /// <summary>The tenant whose data it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>The address of the space where it lies.</summary>
    public required string Space { get; init; }

    /// <summary>What the space tells objects apart by: the same for every spelling of the name.</summary>
    public required string Key { get; init; }

    /// <summary>The name as it was written: the full path of a file.</summary>
    public required string Name { get; init; }

    /// <summary>The version of an object that keeps its older ones; else empty.</summary>
    public string Version { get; init; } = "";

    /// <summary>The key-encryption key that wraps its data key; <see langword="null"/> for a Direct message.</summary>
    public string? KekId { get; init; }

    /// <summary>The provider whose master key wraps its data key; only for a Direct message.</summary>
    public string? DirectProviderId { get; init; }

    /// <summary>The length of the plaintext in bytes.</summary>
    public long Length { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
