using TenantEncryption.Kms;

namespace TenantEncryption.Policies;

/// <summary>A grant on a key: what it lets the grantee do, under which encryption context, and on behalf of which resource.</summary>
public sealed record PolicyGrant
{
    private const string SourceArnKey = "aws:SourceArn";

    // AWS KMS applies these constraints to operations with an encryption context only (API reference, GrantConstraints).
    private static readonly string[] Unconstrained = ["kms:DescribeKey", "kms:RetireGrant", "kms:CreateGrant"];

    /// <summary>The grant's id.</summary>
    public required string GrantId { get; init; }

    /// <summary>The ARN of whom it permits, or the name of a service.</summary>
    public required string GranteePrincipal { get; init; }

    /// <summary>The operations, such as <c>Decrypt</c> or <c>ReEncryptFrom</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>The pairs that the encryption context must be, or <see langword="null"/>.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextEquals { get; init; }

    /// <summary>The pairs that the encryption context must have among others, or <see langword="null"/>.</summary>
    public IReadOnlyDictionary<string, string>? EncryptionContextSubset { get; init; }

    /// <summary>The ARN of the one resource on whose behalf a service may call, or <see langword="null"/>.</summary>
    public string? SourceArn { get; init; }

    /// <summary>The rule of a grant that KMS lists.</summary>
    /// <param name="grant">The grant.</param>
    /// <returns>What it permits.</returns>
    public static PolicyGrant Of(KmsGrant grant)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return new PolicyGrant
        {
            GrantId = grant.GrantId,
            GranteePrincipal = grant.Grantee ?? "",
            Operations = grant.Operations,
            EncryptionContextEquals = grant.EncryptionContextEquals,
            EncryptionContextSubset = grant.EncryptionContextSubset,
            SourceArn = grant.SourceArn,
        };
    }

    /// <summary>Whether this grant, by itself, permits a request of its grantee.</summary>
    /// <param name="request">The request.</param>
    /// <returns><see langword="true"/> if grantee, operation and constraints fit.</returns>
    public bool Permits(AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return MatchGrantee(request.Principal) != PrincipalMatch.None && Includes(request.Action) && ConstraintsHold(request);
    }

    internal PrincipalMatch MatchGrantee(PolicyPrincipal principal)
    {
        string grantee = GranteePrincipal;
        return principal.IsNamed(grantee) || (principal.IsService && principal.Arn == grantee) ? PrincipalMatch.Direct
            : Array.IndexOf(principal.AccountNames, grantee) < 0 ? PrincipalMatch.None
            : principal.IsAccountRoot ? PrincipalMatch.Direct
            : PrincipalMatch.Account;
    }

    internal bool Includes(string action)
    {
        foreach (string operation in Operations)
        {
            if (action.AsSpan(action.IndexOf(':', StringComparison.Ordinal) + 1).Equals(operation, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    internal bool ConstraintsHold(AccessRequest request) => SourceHolds(request) && ContextHolds(request);

    /// <summary>
    /// Whether a request is made on behalf of the grant's resource. AWS KMS asks it of every operation but RetireGrant, as a condition on
    /// <c>aws:SourceArn</c> would (API reference, GrantConstraints); a call that has no source, as a principal's own, does not meet it.
    /// </summary>
    internal bool SourceHolds(AccessRequest request) => SourceArn is null
        || request.Action.Equals("kms:RetireGrant", StringComparison.OrdinalIgnoreCase)
        || request.Context.Find(SourceArnKey) is [var source] && source == SourceArn;

    private bool ContextHolds(AccessRequest request)
    {
        if (request.Action.Equals("kms:CreateGrant", StringComparison.OrdinalIgnoreCase) && request.NewGrant is { } child)
        {
            return IsAtLeastAsStrict(child);
        }

        return Unconstrained.Contains(request.Action, StringComparer.OrdinalIgnoreCase)
            || ((EncryptionContextEquals is null || Is(request.EncryptionContext, EncryptionContextEquals))
                && (EncryptionContextSubset is null || Has(request.EncryptionContext, EncryptionContextSubset)));
    }

    /// <summary>
    /// Whether a grant made by this grant's grantee stays within it (Developer Guide, "Granting CreateGrant permission").
    /// </summary>
    private bool IsAtLeastAsStrict(PolicyGrant child)
    {
        if (child.Operations.Except(Operations, StringComparer.OrdinalIgnoreCase).Any() || (SourceArn is not null && child.SourceArn != SourceArn))
        {
            return false;
        }

        if (EncryptionContextEquals is { } equals)
        {
            return child.EncryptionContextEquals is { } same && Is(same, equals);
        }

        return EncryptionContextSubset is not { } subset || Has(child.EncryptionContextEquals ?? child.EncryptionContextSubset, subset);
    }

    private static bool Is(IReadOnlyDictionary<string, string> pairs, IReadOnlyDictionary<string, string> required) =>
        pairs.Count == required.Count && Has(pairs, required);

    // In a constraint the key is compared without regard to case and the value exactly (API reference, GrantConstraints).
    private static bool Has(IReadOnlyDictionary<string, string>? pairs, IReadOnlyDictionary<string, string> required)
    {
        foreach ((string key, string value) in required)
        {
            if (pairs?.Any(pair => pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase) && pair.Value == value) != true)
            {
                return false;
            }
        }

        return true;
    }
}
