using TenantEncryption.Platforms;
using TenantEncryption.Providers;

namespace TenantEncryption.Tenants;

/// <summary>What a new tenant is made from.</summary>
public sealed record NewTenant
{
    /// <summary>The id; see <see cref="TenantIdRule"/>.</summary>
    public required string TenantId { get; init; }

    /// <summary>A label for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The name of a platform: a built-in one, or one that the store keeps.</summary>
    public string Platform { get; init; } = PlatformCatalog.Standalone;

    /// <summary>A platform of your own instead, which is copied into the store.</summary>
    public PlatformFile? PlatformFile { get; init; }

    /// <summary>The AWS region in which the tenant lives.</summary>
    public string? Region { get; init; }

    /// <summary>The edition that the tenant's owner bought, where the platform's rules depend on it.</summary>
    public string? Edition { get; init; }

    /// <summary>The end-user organisation that the tenant belongs to, where a partner runs tenants for several.</summary>
    public string? Organization { get; init; }

    /// <summary>A tenant of the same platform whose provider this one inherits.</summary>
    public string? Parent { get; init; }

    /// <summary>How data-encryption keys are wrapped.</summary>
    public KeyHierarchy KeyHierarchy { get; init; }

    /// <summary>How long a process may hold a plaintext key-encryption key: zero, or one second to one hour. Five minutes when not given.</summary>
    public TimeSpan? KeyLease { get; init; }

    /// <summary>A customer master key from the start; its <see cref="NewKeyProvider.TenantId"/> is not looked at.</summary>
    public NewKeyProvider? Key { get; init; }
}
