using TenantEncryption.Platforms;

namespace TenantEncryption.Tenants;

/// <summary>Whose data it is: the owner of key providers, keys and messages.</summary>
public sealed record EncryptionTenant
{
    /// <summary>The id: ordinal and case-sensitive, 1 to 256 characters.</summary>
    public required string TenantId { get; init; }

    /// <summary>A label for people; never used to find the tenant.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The name of the platform profile whose rules the tenant follows.</summary>
    public required string Platform { get; init; }

    /// <summary>The rules of that platform. Not public: what shows all properties of a tenant would show the whole platform.</summary>
    internal PlatformProfile Profile { get; init; } = null!;

    /// <summary>The AWS region in which the tenant lives, or <see langword="null"/> when no rule depends on it.</summary>
    public string? Region { get; init; }

    /// <summary>The edition that the tenant's owner bought, where the platform's rules depend on it.</summary>
    public string? Edition { get; init; }

    /// <summary>The end-user organisation that the tenant belongs to, where a partner runs tenants for several.</summary>
    public string? Organization { get; init; }

    /// <summary>The tenant whose provider this one inherits, or <see langword="null"/>.</summary>
    public string? Parent { get; init; }

    /// <summary>How data-encryption keys are wrapped. Fixed when the tenant is created.</summary>
    public KeyHierarchy KeyHierarchy { get; init; }

    /// <summary>The longest time for which a process may hold a plaintext key-encryption key after KMS gave it; zero is one call an operation.</summary>
    public TimeSpan KeyLease { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the tenant's data is read although the record of it can't be written, as the store is full, locked or read-only.</summary>
    public bool UntracedReads { get; init; }

    /// <summary>
    /// A number that every change of state, key or provider raises. Leases and reservations of an older epoch no longer count.
    /// </summary>
    public long Epoch { get; init; }

    /// <summary>When the tenant was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The rules of the tenant's platform.</summary>
    /// <returns>The profile.</returns>
    public PlatformProfile GetProfile() => Profile;

    /// <inheritdoc/>
    public override string ToString() => TenantId;
}
