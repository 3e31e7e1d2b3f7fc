using TenantEncryption.Errors;

namespace TenantEncryption.Policies.Findings;

/// <summary>What a key policy decides about one request.</summary>
public sealed record AccessTestResult
{
    /// <summary>Whether the request is allowed.</summary>
    public bool Success => Decision == AccessVerdict.Allowed;

    /// <summary><c>SUCCESS</c> or <c>POLICY_DENIED</c>.</summary>
    public string Code => Success ? ErrorCodes.Success : ErrorCodes.PolicyDenied;

    /// <summary>The decision.</summary>
    public required AccessVerdict Decision { get; init; }

    /// <summary>Who asks.</summary>
    public required string Principal { get; init; }

    /// <summary>What for.</summary>
    public required string Action { get; init; }

    /// <summary>The key that the policy was taken to be of: the one that was given, else one of the account whose root the policy names.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The Sid of the statement that decided, or its number from zero; <see langword="null"/> where none did.</summary>
    public string? Statement { get; init; }

    /// <summary>The decision in words.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// Whether it is allowed only where the identity policies of the caller's account allow it, which can't be seen: always so for another
    /// account's principals.
    /// </summary>
    public bool AssumesIdentityPolicy { get; init; }

    /// <summary>
    /// The condition keys of the question that no request for the action can have, such as an encryption context for kms:DescribeKey. They were
    /// left out, as the real request lacks them.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>Why each statement applies or does not.</summary>
    public required IReadOnlyList<StatementVerdict> Statements { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Reason;
}
