namespace TenantEncryption.Data;

/// <summary>What is known of a message: from its header, or from the catalog.</summary>
public sealed record MessageInfo
{
    /// <summary>The full path of the file; <see langword="null"/> for a value, and for what lies elsewhere.</summary>
    public string? Path { get; init; }

    /// <summary>The space where the catalog knows it, such as <c>file://localhost</c>; <see langword="null"/> where the catalog was not asked.</summary>
    public string? Space { get; init; }

    /// <summary>Its name in that space.</summary>
    public string? Name { get; init; }

    /// <summary>The version, of an object that another one took the place of in a bucket that keeps older ones; else <see langword="null"/>.</summary>
    public string? Version { get; init; }

    /// <summary>The tenant that the header's pair or the catalog names.</summary>
    public string? TenantId { get; init; }

    /// <summary>The message id in lower-case hexadecimal.</summary>
    public required string MessageId { get; init; }

    /// <summary>The key-encryption key that wraps its data key.</summary>
    public string? KekId { get; init; }

    /// <summary>The master key of a Direct message, as the header names it.</summary>
    public string? KeyArn { get; init; }

    /// <summary>The version of the message format; 0 when it comes from the catalog.</summary>
    public int FormatVersion { get; init; }

    /// <summary>The algorithm suite, such as <c>0x0478</c>.</summary>
    public string? AlgorithmSuite { get; init; }

    /// <summary>The length of a frame in bytes; 0 for a message without frames.</summary>
    public int FrameLength { get; init; }

    /// <summary>The encryption context: public, and authenticated with the message.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContext { get; init; }

    /// <summary>The number of wrapped copies of the data key.</summary>
    public int EncryptedDataKeys { get; init; }

    /// <summary>The length of the plaintext in bytes, when the catalog knows it.</summary>
    public long? Length { get; init; }

    /// <summary>When it was written, when the catalog knows it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>
    /// Whether the header's tag was verified: a header that was only parsed could have been written by anyone. <see langword="null"/> when no header was
    /// read, as the catalog told.
    /// </summary>
    public bool? Authenticated { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path ?? Name ?? MessageId;
}
