using TenantEncryption.Errors;
using TenantEncryption.Providers;

namespace TenantEncryption.Drills;

/// <summary>One step of a drill.</summary>
public sealed record DrillStep
{
    /// <summary>What was done, such as <c>Withdraw</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The AWS region in which it was done.</summary>
    public string? Region { get; init; }

    /// <summary>How it ended.</summary>
    public CheckOutcome Outcome { get; init; }

    /// <summary><c>SUCCESS</c>, or why it failed or warns; <see langword="null"/> when it was skipped.</summary>
    public string? Code { get; init; } = ErrorCodes.Success;

    /// <summary>When it began.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How long it took: of a step that waits for KMS, the time from the change to its effect.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>What was seen.</summary>
    public required string Observed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Outcome}";
}
