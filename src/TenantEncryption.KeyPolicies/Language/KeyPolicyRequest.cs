namespace TenantEncryption.Policies;

/// <summary>For which key provider, and for whom, a key policy is made.</summary>
public sealed record KeyPolicyRequest
{
    private static readonly Dictionary<string, IReadOnlyList<string>> None = [];

    /// <summary>The id of the provider, which stands on a customer master key.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The tenants that shall use the key; the provider's own where none is given. They are tenants of the store, on one platform.</summary>
    public IReadOnlyList<string> TenantIds { get; init; } = [];

    /// <summary>The ARNs of the principals that shall use the key, where the platform is the account's own.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>The ARNs of those who administer the key, for a whole new policy.</summary>
    public IReadOnlyList<string> Administrators { get; init; } = [];

    /// <summary>Values of the platform's placeholders by their names.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = None;

    /// <summary>The JSON that the platform itself shows, of which values of placeholders are read; <see cref="Parameters"/> win.</summary>
    public string? From { get; init; }
}
