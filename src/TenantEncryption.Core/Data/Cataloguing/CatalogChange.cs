namespace TenantEncryption.Data;

/// <summary>A file that is not as the catalog had it.</summary>
public sealed record CatalogChange
{
    /// <summary>The full path.</summary>
    public required string Path { get; init; }

    /// <summary>How it differs.</summary>
    public CatalogChangeStatus Status { get; init; }

    /// <summary>The tenant whose data it is; of a foreign or substituted file what its header says, which anyone could have written.</summary>
    public string? TenantId { get; init; }

    /// <summary>The message id in lower-case hexadecimal; of a missing one that of the catalog.</summary>
    public string? MessageId { get; init; }

    /// <summary>The key-encryption key that wraps its data key; <see langword="null"/> for a Direct message.</summary>
    public string? KekId { get; init; }

    /// <summary>Where the catalog had the message before, or, of a copy, has it.</summary>
    public string? PreviousPath { get; init; }

    /// <summary>The message that the catalog knows at the path, where another one is.</summary>
    public string? CataloguedMessageId { get; init; }

    /// <summary>Why it was not catalogued, such as <c>WRONG_KEY</c>.</summary>
    public string? Code { get; init; }

    /// <summary>The same in words, or what else there is to say.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Status} {Path}";
}
