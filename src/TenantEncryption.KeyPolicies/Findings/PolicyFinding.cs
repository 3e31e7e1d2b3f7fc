using TenantEncryption.Policies.Findings.Edits;

namespace TenantEncryption.Policies.Findings;

/// <summary>Something that was found in a key policy.</summary>
public sealed record PolicyFinding
{
    /// <summary>How much it matters.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>One of <see cref="PolicyFindingCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>The Sid of the statement, or its number from zero; <see langword="null"/> where no statement is concerned.</summary>
    public string? Statement { get; init; }

    /// <summary>The principals that are concerned.</summary>
    public IReadOnlyList<string> Principal { get; init; } = [];

    /// <summary>The actions that are concerned.</summary>
    public IReadOnlyList<string> Action { get; init; } = [];

    /// <summary>What was seen.</summary>
    public required string Observed { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Remedy { get; init; }

    /// <summary>The line in the policy's text, from one; <see langword="null"/> where it is about what is not there.</summary>
    public int? Line { get; init; }

    /// <summary>The column in the policy's text, in characters from one.</summary>
    public int? Column { get; init; }

    /// <summary>The remedy as edits of the policy, where it is one that can be made without knowing more.</summary>
    internal IReadOnlyList<PolicyEdit> Edits { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Severity} {Code}{(Line is null ? "" : $" (line {Line}, column {Column})")}: {Observed}";
}
