namespace TenantEncryption.Policies.Merging;

/// <summary>What a merge of a platform's statements into a key's policies would do, region by region, the primary's first.</summary>
public sealed record KeyPolicyPlan
{
    /// <summary>The key provider whose key it is.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The tenant of that provider.</summary>
    public required string TenantId { get; init; }

    /// <summary>The tenants for whom the policy is made.</summary>
    public required IReadOnlyList<string> ForTenants { get; init; }

    /// <summary>The platform's name.</summary>
    public required string Platform { get; init; }

    /// <summary>The regions.</summary>
    public required IReadOnlyList<RegionalPolicyChange> Regions { get; init; }

    /// <summary>What should be known before it is done.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether anything changes anywhere.</summary>
    public bool IsChanged => Regions.Any(region => region.IsChanged);

    /// <inheritdoc/>
    public override string ToString() => IsChanged
        ? string.Join("\n", Regions.Where(region => region.IsChanged).Select(region => region.Diff))
        : $"Nothing changes in {string.Join(", ", Regions.Select(region => region.Region))}.";
}
