namespace TenantEncryption.Tenants;

/// <summary>What shredding a tenant would do.</summary>
public sealed record ShreddingPlan
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>What would go with it; <see langword="null"/> where it is gone already, and what is left of its shredding would be done.</summary>
    public required TenantContents? Contents { get; init; }

    /// <summary>Whether the root key of the internal KMS would be rotated: it had a part in the tenant's keys.</summary>
    public required bool RotatesRootKey { get; init; }

    /// <summary>All of it, such as <c>acme (2 key providers; 3 keys; 14 files, up to 900 values outside the catalog), and rotate the root key of the internal KMS</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        (Contents is null ? $"{TenantId}, which is removed already" : $"{Contents}") + (RotatesRootKey ? ", and rotate the root key of the internal KMS" : "");
}
