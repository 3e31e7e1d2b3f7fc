namespace TenantEncryption.Reports;

/// <summary>A report in a file.</summary>
public sealed record ExportedReport
{
    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its form.</summary>
    public ReportFormat Format { get; init; }

    /// <summary>When the report was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many tenants it shows.</summary>
    public int Tenants { get; init; }

    /// <summary>How many things in it somebody should look at.</summary>
    public int Exceptions { get; init; }

    /// <summary>The file's length in bytes.</summary>
    public long Length { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
