namespace TenantEncryption.Events;

/// <summary>What verifying the event log showed.</summary>
public sealed record EventLogTestResult
{
    /// <summary>Whether every record verifies and the log fits every head that was at hand.</summary>
    public bool Success => Code == Errors.ErrorCodes.Success;

    /// <summary><c>SUCCESS</c>, <c>EVENT_LOG_ALTERED</c>, or <c>NOTHING_TESTED</c> of a log without records.</summary>
    public required string Code { get; init; }

    /// <summary>How many records verify, from the first on.</summary>
    public long Records { get; init; }

    /// <summary>The number of the first record that does not verify or is missing.</summary>
    public long? FirstBad { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public string? Detail { get; init; }

    /// <summary>What the test excludes, and what it can't.</summary>
    public required string Excludes { get; init; }

    /// <summary>The head of the log as it is now.</summary>
    public required EventLogHead Head { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}
