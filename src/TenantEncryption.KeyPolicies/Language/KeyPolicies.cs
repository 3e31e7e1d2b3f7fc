namespace TenantEncryption.Policies;

/// <summary>Everything that decides about a request for a key and that can be seen.</summary>
public sealed record KeyPolicies
{
    /// <summary>The key's policy.</summary>
    public required PolicyDocument KeyPolicy { get; init; }

    /// <summary>
    /// The identity policies of the caller, or <see langword="null"/> where they can't be seen (another organisation's): then they
    /// are taken to allow, and the decision says so.
    /// </summary>
    public IReadOnlyList<PolicyDocument>? IdentityPolicies { get; init; } = [];

    /// <summary>The key's grants.</summary>
    public IReadOnlyList<PolicyGrant> Grants { get; init; } = [];
}
