namespace TenantEncryption.Data;

/// <summary>A file that was protected.</summary>
public sealed record ProtectedFile
{
    /// <summary>The full path of the message.</summary>
    public required string Path { get; init; }

    /// <summary>The full path of the input.</summary>
    public required string Source { get; init; }

    /// <summary>The tenant whose data it is.</summary>
    public required string TenantId { get; init; }

    /// <summary>The message id: 32 bytes in lower-case hexadecimal.</summary>
    public required string MessageId { get; init; }

    /// <summary>The key-encryption key that wraps its data key; <see langword="null"/> for a Direct message.</summary>
    public string? KekId { get; init; }

    /// <summary>The length of the plaintext in bytes.</summary>
    public long Length { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
