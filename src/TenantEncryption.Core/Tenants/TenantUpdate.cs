namespace TenantEncryption.Tenants;

/// <summary>What to change of a tenant. What is <see langword="null"/> stays; an empty text takes a value away. The rest is fixed when a tenant is created.</summary>
public sealed record TenantUpdate
{
    /// <summary>A label for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The AWS region in which the tenant lives.</summary>
    public string? Region { get; init; }

    /// <summary>The edition that the tenant's owner bought, where the platform's rules depend on it.</summary>
    public string? Edition { get; init; }

    /// <summary>How long a process may hold a plaintext key-encryption key: zero, or one second to one hour. A shorter one binds every process within a second.</summary>
    public TimeSpan? KeyLease { get; init; }

    /// <summary>
    /// Whether the tenant's data is read although the record of it can't be written, as the store is full, locked or read-only. Who can lock or fill the store
    /// then reads untraced, if they may read at all.
    /// </summary>
    public bool? UntracedReads { get; init; }
}
