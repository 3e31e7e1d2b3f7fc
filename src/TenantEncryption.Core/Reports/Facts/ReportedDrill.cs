namespace TenantEncryption.Reports;

/// <summary>A drill of a key provider, as the event log tells it.</summary>
public sealed record ReportedDrill
{
    /// <summary>The number of its last event in the tenant's chain.</summary>
    public long Sequence { get; init; }

    /// <summary>What was rehearsed: <c>Failover</c> or <c>Revocation</c>.</summary>
    public required string Drill { get; init; }

    /// <summary>The provider's name.</summary>
    public string? Provider { get; init; }

    /// <summary>When it began; <see langword="null"/> where only its end is told.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; <see langword="null"/> where no end is told.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>By whom.</summary>
    public string? Actor { get; init; }

    /// <summary><c>SUCCESS</c>, or why it failed; <see langword="null"/> where no end is told.</summary>
    public string? Code { get; init; }

    /// <summary>Revocation: milliseconds from the change that withdrew access until KMS refused in every region; <see langword="null"/> where it was not reached.</summary>
    public long? ShutAfterMilliseconds { get; init; }

    /// <summary>Revocation, the way back: milliseconds from the change that gave access again until the first read in every region.</summary>
    public long? ReadAgainAfterMilliseconds { get; init; }

    /// <summary>The steps, with how long each took.</summary>
    public IReadOnlyList<ReportedDrillStep> Steps { get; init; } = [];
}
