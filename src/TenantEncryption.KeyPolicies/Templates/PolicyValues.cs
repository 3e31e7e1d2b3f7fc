using TenantEncryption.Kms;

namespace TenantEncryption.Policies.Templates;

/// <summary>What a platform's statements are filled in with.</summary>
public sealed record PolicyValues
{
    private static readonly Dictionary<string, IReadOnlyList<string>> None = [];

    /// <summary>What names the tenants in the encryption context: their ids, or the context values of their providers.</summary>
    public IReadOnlyList<string> TenantIds { get; init; } = [];

    /// <summary>The context value of the provider, where the vendor makes one.</summary>
    public string? ContextValue { get; init; }

    /// <summary>The key's ARN, of which partition, region, account and key id are taken; <see langword="null"/> where there is no key yet.</summary>
    public KeyIdentifier? Key { get; init; }

    /// <summary>The ARNs of the principals that shall use the key.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Whether the key is a multi-Region key; what its id says when not given.</summary>
    public bool? MultiRegion { get; init; }

    /// <summary>Values of placeholders by their names (compared without regard to case); they win over all other sources.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = None;

    internal bool IsMultiRegion => MultiRegion ?? Key?.IsMultiRegion ?? false;
}
