namespace TenantEncryption.Tenants;

/// <summary>What a new tenant is made from.</summary>
public sealed record NewTenant
{
    /// <summary>The id; see <see cref="TenantIdRule"/>.</summary>
    public required string TenantId { get; init; }

    /// <summary>A label for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The name of a platform profile.</summary>
    public string Platform { get; init; } = Platforms.PlatformCatalog.Standalone;

    /// <summary>The AWS region in which the tenant lives.</summary>
    public string? Region { get; init; }

    /// <summary>How data-encryption keys are wrapped.</summary>
    public KeyHierarchy KeyHierarchy { get; init; }

    /// <summary>How long a process may hold a plaintext key-encryption key; from zero to one hour. Five minutes when not given.</summary>
    public TimeSpan? KeyLease { get; init; }
}
