namespace TenantEncryption.Data;

/// <summary>A protected file that the store knows of.</summary>
internal sealed record CatalogEntry
{
    /// <summary>The message id: 32 bytes in lower-case hexadecimal.</summary>
    public required string MessageId { get; init; }

    /// <summary>The tenant whose data it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The key-encryption key that wraps its data key; <see langword="null"/> for a Direct message.</summary>
    public string? KekId { get; init; }

    /// <summary>The provider whose master key wraps its data key; only for a Direct message.</summary>
    public string? DirectProviderId { get; init; }

    /// <summary>The length of the plaintext in bytes.</summary>
    public long Length { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
