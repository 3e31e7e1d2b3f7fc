using TenantEncryption.Errors;
using TenantEncryption.Policies.Access;

namespace TenantEncryption.Policies.Findings;

/// <summary>What a key policy is found to be for a platform.</summary>
public sealed record PolicyAnalysis
{
    /// <summary>
    /// <c>SUCCESS</c>; <c>MALFORMED_POLICY</c> (KMS would refuse the policy), <c>POLICY_DENIED</c> (a principal of the platform lacks an
    /// access), <c>CONTEXT_NOT_ENFORCED</c> (tenants are not kept apart) or <c>POLICY_LOCKOUT</c>, the first that applies; <c>NOTHING_TESTED</c>
    /// where no request of the platform can be decided without a call.
    /// </summary>
    public required string Code { get; init; }

    /// <summary>Whether the policy is right for the platform. Warnings do not count.</summary>
    public bool Success => Code == ErrorCodes.Success;

    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>The account of the key for which the policy was judged; <see langword="null"/> where nothing tells it, or the policy can't be read.</summary>
    public string? KeyAccount { get; init; }

    /// <summary>What was assumed of the key, as a sentence; <see langword="null"/> where its ARN was given.</summary>
    public string? Assumption { get; init; }

    /// <summary>The findings: errors first, then by their place in the text.</summary>
    public required IReadOnlyList<PolicyFinding> Findings { get; init; }

    /// <summary>Each request that the platform's statements imply, and what the policy makes of it; empty where the policy is malformed.</summary>
    internal IReadOnlyList<AccessOutcome> Outcomes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Platform}, {Counted.Of(Findings.Count, "finding")}";
}
