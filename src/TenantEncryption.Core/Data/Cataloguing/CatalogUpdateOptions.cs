using TenantEncryption.Envelope;

namespace TenantEncryption.Data;

/// <summary>How to bring the catalog up to date.</summary>
public sealed record CatalogUpdateOptions
{
    /// <summary>What applies where the caller gives none.</summary>
    public static CatalogUpdateOptions Default { get; } = new();

    /// <summary>The one tenant whose messages are catalogued, followed and missed; all others are foreign. All tenants when not given.</summary>
    public string? TenantId { get; init; }

    /// <summary>How many files are looked at at the same time; 0 stands for the number of processors.</summary>
    public int DegreeOfParallelism { get; init => field = Batch.CheckedDegree(value); }

    /// <summary>Whether only what would be done is told: nothing is written, no key is asked for, and no header's tag is verified.</summary>
    public bool IsRehearsal { get; init; }
}
