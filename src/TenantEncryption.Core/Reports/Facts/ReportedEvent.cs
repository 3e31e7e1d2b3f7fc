namespace TenantEncryption.Reports;

/// <summary>An event of the log that an auditor asks for.</summary>
public sealed record ReportedEvent
{
    /// <summary>What it is evidence of.</summary>
    public ReportTopic Topic { get; init; }

    /// <summary>Its number in its chain.</summary>
    public long Sequence { get; init; }

    /// <summary>The tenant in whose chain it is; <see langword="null"/> for the store's own.</summary>
    public string? TenantId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    public required string Type { get; init; }

    /// <summary>By whom.</summary>
    public string? Actor { get; init; }

    /// <summary>How it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>The event's data, name by name.</summary>
    public required string Detail { get; init; }

    /// <summary>The AWS request ids of the calls that led to it.</summary>
    public IReadOnlyList<string> RequestIds { get; init; } = [];
}
