namespace TenantEncryption.Migration;

/// <summary>How a migration is worked on.</summary>
public record MigrationRunOptions
{
    /// <summary>How many keys, or files, are worked on at the same time; the number of processors when not given.</summary>
    public int? DegreeOfParallelism { get; init; }

    /// <summary>Whether it yields to other work on the machine and in the store.</summary>
    public bool LowPriority { get; init; }

    /// <summary>How many at the same time it comes to.</summary>
    internal int Workers => DegreeOfParallelism ?? (LowPriority ? 1 : Environment.ProcessorCount);
}

/// <summary>What a migration moves, and how it is worked on.</summary>
public sealed record KeyMigrationOptions : MigrationRunOptions
{
    /// <summary>What moves.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>Reencrypt: the messages of these keys alone; <see langword="null"/>: those of every key but the Current one.</summary>
    public IReadOnlyList<string>? KekIds { get; init; }
}
