using TenantEncryption.Kms;

namespace TenantEncryption.Policies.Findings;

/// <summary>A request of which is asked whether a key policy allows it.</summary>
public sealed record AccessQuestion
{
    private static readonly Dictionary<string, string> NoPairs = [];
    private static readonly Dictionary<string, IReadOnlyList<string>> NoConditions = [];

    /// <summary>Who asks: the ARN of a role, user, session or account, the digits of an account, or the name of a service.</summary>
    public required string Principal { get; init; }

    /// <summary>What for, such as <c>kms:Decrypt</c>; with or without <c>kms:</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The pairs of the request.</summary>
    public IReadOnlyDictionary<string, string> EncryptionContext { get; init; } = NoPairs;

    /// <summary>Other condition keys with their values, such as <c>kms:ViaService</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ConditionKeys { get; init; } = NoConditions;

    /// <summary>The identity policies of the one who asks, as JSON; <see langword="null"/> where they can't be seen, and are taken to allow.</summary>
    public IReadOnlyList<string>? IdentityPolicies { get; init; }

    /// <summary>The key; <see langword="null"/> for one of the account whose root the policy names.</summary>
    public KeyIdentifier? Key { get; init; }

    /// <summary>When it is asked; now when not given.</summary>
    public DateTimeOffset? Time { get; init; }
}
