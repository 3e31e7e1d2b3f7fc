namespace TenantEncryption.Reports;

/// <summary>A test of a key provider, as the event log tells it.</summary>
public sealed record ReportedValidation
{
    /// <summary>The number of its event in the tenant's chain.</summary>
    public long Sequence { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>By whom.</summary>
    public string? Actor { get; init; }

    /// <summary>The verdict: <c>SUCCESS</c>, or why the key would not work.</summary>
    public required string Code { get; init; }

    /// <summary>What that code means; <see langword="null"/> for a success.</summary>
    public string? Cause { get; init; }

    /// <summary>The checks that failed, each with subject, region and code. Events from before they were recorded have none.</summary>
    public IReadOnlyList<string> FailedChecks { get; init; } = [];

    /// <summary>The codes of what it warned of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The AWS request ids of its calls, which CloudTrail has, too.</summary>
    public IReadOnlyList<string> RequestIds { get; init; } = [];
}
