namespace TenantEncryption.Reports;

/// <summary>By what data and keys are protected, and where that is done.</summary>
public sealed record ReportedCryptography
{
    /// <summary>The keys from the master key down to the data, and those of the log.</summary>
    public required IReadOnlyList<ReportedAlgorithm> Algorithms { get; init; }

    /// <summary>The library that does the cryptography of the process that made the report, with its version.</summary>
    public required string Library { get; init; }

    /// <summary>Whether that library is in a FIPS mode; <see langword="null"/> where it does not tell.</summary>
    public bool? LibraryFipsMode { get; init; }

    /// <summary>The operating system of the machine that made the report.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>Whether the operating system is in FIPS mode; <see langword="null"/> where it does not tell.</summary>
    public bool? OperatingSystemFipsMode { get; init; }

    /// <summary>The key exchange of TLS to KMS; <see langword="null"/>: CloudTrail has it (<c>tlsDetails</c>) for each request id.</summary>
    public string? TlsKeyExchange { get; init; }
}
