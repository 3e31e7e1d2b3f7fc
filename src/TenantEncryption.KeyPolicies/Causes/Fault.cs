using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Findings.Edits;

namespace TenantEncryption.Policies.Findings.Causes;

/// <summary>What is wrong with a policy, and the edits that mend it.</summary>
internal sealed record Fault
{
    /// <summary>One of <see cref="PolicyFindingCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>The statement; <see langword="null"/> where one is missing.</summary>
    public PolicyStatement? Statement { get; init; }

    /// <summary>The element of the statement.</summary>
    public IReadOnlyList<string> Element { get; init; } = [];

    /// <summary>What was seen.</summary>
    public required string Observed { get; init; }

    /// <summary>What to do.</summary>
    public required IReadOnlyList<PolicyEdit> Edits { get; init; }

    /// <summary>What the edits don't say of themselves.</summary>
    public string? Hint { get; init; }

    /// <summary>The requests that it concerns.</summary>
    public IReadOnlyList<AccessOutcome> Outcomes { get; init; } = [];

    /// <summary>The remedy in words.</summary>
    public string Remedy => string.Join(' ', Edits.Select(edit => edit.ToString()).Append(Hint).OfType<string>());

    /// <summary>Adds it to findings.</summary>
    public void AddTo(FindingList findings, FindingSeverity severity, string? code = null, string? before = null)
    {
        string sentence = string.Concat(Observed[..1].ToUpperInvariant(), Observed.AsSpan(1));
        string observed = before is null ? sentence : $"{before} {sentence}";
        if (Outcomes.Count == 0)
        {
            findings.Add(severity, code ?? Code, Statement, observed, Remedy, Edits, null, null, [.. Element]);
        }

        foreach (AccessOutcome outcome in Outcomes)
        {
            findings.Add(severity, code ?? Code, Statement, observed, Remedy, Edits, outcome.Expected.Principal.Arn, outcome.Expected.Action, [.. Element]);
        }
    }
}
