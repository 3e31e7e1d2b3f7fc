namespace TenantEncryption.Drills;

/// <summary>What a drill of revocation puts into key policies, and takes out again.</summary>
public sealed record RevocationPlan
{
    internal RevocationPlan()
    {
    }

    /// <summary>The provider.</summary>
    public required string ProviderId { get; init; }

    /// <summary>The drill's id.</summary>
    public required Guid DrillId { get; init; }

    /// <summary>The keys whose policies get the statement: one for each region, the provider's own first.</summary>
    public required IReadOnlyList<string> KeyArns { get; init; }

    /// <summary>The statement as JSON. Its time is that of a drill that begins now: fifteen minutes after it is put, it lapses by itself.</summary>
    public required string Statement { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Statement;
}
