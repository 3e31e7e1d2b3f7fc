using TenantEncryption.Errors;
using TenantEncryption.Providers;

namespace TenantEncryption.Drills;

/// <summary>How a drill went.</summary>
public sealed record DrillResult
{
    /// <summary>The step in which KMS begins to refuse.</summary>
    internal const string Shut = "Unreadable";

    /// <summary>The step in which KMS opens again.</summary>
    internal const string OpenedAgain = "ReadAgain";

    /// <summary>The provider's id.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The provider's name.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The key, in the provider's own region.</summary>
    public required string KeyArn { get; init; }

    /// <summary>What was rehearsed.</summary>
    public KeyProviderDrill Drill { get; init; }

    /// <summary>The drill's id, which is in its statement and its context pair.</summary>
    public Guid DrillId { get; init; }

    /// <summary>Whether no step failed.</summary>
    public bool Success => Code == ErrorCodes.Success;

    /// <summary><c>SUCCESS</c>, or the code of the first step that failed.</summary>
    public string Code => Steps.FirstOrDefault(step => step.Outcome == CheckOutcome.Failed)?.Code ?? ErrorCodes.Success;

    /// <summary>When it began.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Revocation: from the change that withdraws access until KMS refuses, in the slowest region. A process that holds a key forgets it within the tenant's
    /// key lease of that. <see langword="null"/> where it was not reached.
    /// </summary>
    public TimeSpan? ShutAfter => SlowestOf(Shut);

    /// <summary>Revocation, the way back: from the change that gives access again until the first read, in the slowest region. <see langword="null"/> where it was not reached.</summary>
    public TimeSpan? ReadAgainAfter => SlowestOf(OpenedAgain);

    /// <summary>Every step, in order. It is an array, which scripts can index.</summary>
    public required IReadOnlyList<DrillStep> Steps { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;

    private TimeSpan? SlowestOf(string name)
    {
        DrillStep[] steps = [.. Steps.Where(step => step.Name == name)];
        return steps.Length > 0 && steps.All(step => step.Outcome == CheckOutcome.Passed) ? steps.Max(step => step.Elapsed) : null;
    }
}
