using TenantEncryption.Kms;

namespace TenantEncryption.Providers;

/// <summary>What a new key provider is made from.</summary>
public sealed record NewKeyProvider
{
    /// <summary>The tenant that it is for.</summary>
    public required string TenantId { get; init; }

    /// <summary>The name, unique within the tenant; it can't look like an id or an ARN, and <c>Internal</c> is reserved.</summary>
    public required string Name { get; init; }

    /// <summary>The master key, in any form that the platform takes.</summary>
    public required string KeyIdentifier { get; init; }

    /// <summary>A note for people.</summary>
    public string? Description { get; init; }

    /// <summary>The value of the tenant's pair in KMS encryption contexts; the tenant id when not given.</summary>
    public string? ContextValue { get; init; }

    /// <summary>
    /// Whether a key-encryption key needs the internal KMS's share, too: either one withdrawn, the data is shut. Some platforms always have it.
    /// </summary>
    public bool SecondLayer { get; init; }

    /// <summary>The values of the platform's placeholders that only its vendor knows, by their names, compared without regard to case.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The JSON that the platform itself shows, a policy or statements: the context value and the vendor's own values are taken from it, unless they are
    /// given. <see langword="null"/> without it.
    /// </summary>
    public string? From { get; init; }

    /// <summary>
    /// Who gets the grant by which the platform uses the key, where it uses one: the ARN of a user, role or session; <see langword="null"/> for the caller.
    /// </summary>
    public string? GranteePrincipal { get; init; }

    /// <summary>How KMS is reached.</summary>
    public KmsConnection Connection { get; init; } = new();
}
