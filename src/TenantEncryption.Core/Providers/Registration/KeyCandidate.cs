using TenantEncryption.Kms;
using TenantEncryption.Platforms;

namespace TenantEncryption.Providers;

/// <summary>A key that somebody thinks of registering.</summary>
public sealed record KeyCandidate
{
    /// <summary>The tenant that it is for. With a <see cref="Platform"/> it need not be one of the store.</summary>
    public required string TenantId { get; init; }

    /// <summary>The platform whose rules the key must follow; <see langword="null"/> for that of the tenant.</summary>
    public PlatformProfile? Platform { get; init; }

    /// <summary>The key, in any form.</summary>
    public required string KeyIdentifier { get; init; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts; the tenant id when not given.</summary>
    public string? ContextValue { get; init; }

    /// <summary>The values of the platform's placeholders that only its vendor knows, by their names, compared without regard to case.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The JSON that the platform itself shows, a policy or statements: the context value and the vendor's own values are taken from it, unless they are
    /// given. <see langword="null"/> without it.
    /// </summary>
    public string? From { get; init; }

    /// <summary>How KMS is reached.</summary>
    public KmsConnection Connection { get; init; } = new();
}
