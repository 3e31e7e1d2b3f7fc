namespace TenantEncryption.Data;

/// <summary>A file that was unprotected.</summary>
public sealed record UnprotectedFile
{
    /// <summary>The full path of the plaintext.</summary>
    public required string Path { get; init; }

    /// <summary>The full path of the message.</summary>
    public required string Source { get; init; }

    /// <summary>The tenant whose data it is; <see langword="null"/> when a raw key opened it.</summary>
    public string? TenantId { get; init; }

    /// <summary>The message id in lower-case hexadecimal.</summary>
    public required string MessageId { get; init; }

    /// <summary>The length of the plaintext in bytes.</summary>
    public long Length { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
