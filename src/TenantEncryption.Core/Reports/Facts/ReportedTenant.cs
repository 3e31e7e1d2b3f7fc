using TenantEncryption.Events;
using TenantEncryption.Migration;
using TenantEncryption.Prices;
using TenantEncryption.Tenants;

namespace TenantEncryption.Reports;

/// <summary>A tenant: its providers and keys, and what its chain of events tells of them.</summary>
public sealed record ReportedTenant
{
    /// <summary>The id.</summary>
    public required string TenantId { get; init; }

    /// <summary>Why nothing more is told: the code, such as <c>STATE_ALTERED</c>; <see langword="null"/> where the state verifies.</summary>
    public string? Code { get; init; }

    /// <summary>The label for people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The platform whose rules it follows.</summary>
    public string? Platform { get; init; }

    /// <summary>The region in which it lives.</summary>
    public string? Region { get; init; }

    /// <summary>The edition.</summary>
    public string? Edition { get; init; }

    /// <summary>The end-user organisation.</summary>
    public string? Organization { get; init; }

    /// <summary>The tenant whose provider it inherits.</summary>
    public string? Parent { get; init; }

    /// <summary>How data keys are wrapped.</summary>
    public KeyHierarchy? KeyHierarchy { get; init; }

    /// <summary>The longest time for which a process holds a plaintext key after KMS gave it, and so the longest until a revocation shuts the data, in seconds.</summary>
    public double? KeyLeaseSeconds { get; init; }

    /// <summary>Whether data is read although the record of it can't be written.</summary>
    public bool UntracedReads { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The end of its chain of events in the snapshot that this report shows.</summary>
    public EventLogHead? Head { get; init; }

    /// <summary>The number of the head that this machine keeps outside the store; <see langword="null"/> for none.</summary>
    public long? KeptHead { get; init; }

    /// <summary>Up to which number events left the store for an archive: what they tell is not in the report. 0 for none.</summary>
    public long ArchivedUpTo { get; init; }

    /// <summary>The calls of AWS KMS that its events tell of, failed ones among them.</summary>
    public long KmsCalls { get; init; }

    /// <summary>What these calls cost; <see langword="null"/> where a price is not known.</summary>
    public ListCost? KmsCallsCost { get; init; }

    /// <summary>What it costs for a month that its providers' master keys exist, replicas among them, charged to their owners; versions made by rotation cost more.</summary>
    public ListCost? MasterKeysMonthlyCost { get; init; }

    /// <summary>The key providers, oldest first.</summary>
    public IReadOnlyList<ReportedProvider> Providers { get; init; } = [];

    /// <summary>The key-encryption keys, oldest first.</summary>
    public IReadOnlyList<ReportedKey> Keys { get; init; } = [];

    /// <summary>The migrations, oldest first.</summary>
    public IReadOnlyList<KeyMigration> Migrations { get; init; } = [];

    /// <summary>The drills, oldest first.</summary>
    public IReadOnlyList<ReportedDrill> Drills { get; init; } = [];

    /// <summary>What happened to its keys, oldest first.</summary>
    public IReadOnlyList<ReportedEvent> History { get; init; } = [];

    /// <summary>The catalogued messages that depend on its keys.</summary>
    public long Messages => Providers.Sum(provider => provider.Messages);
}
