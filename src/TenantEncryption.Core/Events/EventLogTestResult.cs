namespace TenantEncryption.Events;

/// <summary>What verifying the event log, or one chain of it, showed.</summary>
public sealed record EventLogTestResult
{
    /// <summary>Whether every event verifies and each chain fits every head that was at hand.</summary>
    public bool Success => Code == Errors.ErrorCodes.Success;

    /// <summary><c>SUCCESS</c>, <c>EVENT_LOG_ALTERED</c>, or <c>NOTHING_TESTED</c> of a log without events.</summary>
    public required string Code { get; init; }

    /// <summary>How many events verify.</summary>
    public long Records { get; init; }

    /// <summary>How many events are in archives that were not given, and so were not looked at: the chains tell of them.</summary>
    public long Archived { get; init; }

    /// <summary>How many chains were looked at: one a tenant, and the store's own.</summary>
    public int Chains { get; init; }

    /// <summary>How many anchors that were given fit the log.</summary>
    public int Anchors { get; init; }

    /// <summary>The tenant in whose chain the first bad event is; <see langword="null"/> for the store's own chain, or when there is none.</summary>
    public string? TenantId { get; init; }

    /// <summary>The number, in its chain, of the first event that does not verify or is missing.</summary>
    public long? FirstBad { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>What the test excludes, and what it can't.</summary>
    public required string Excludes { get; init; }

    /// <summary>The head of the chain as far as it verifies, where one was tested or is bad.</summary>
    public EventLogHead? Head { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}
