using TenantEncryption.Data;

namespace TenantEncryption.Migration;

/// <summary>A part of the catalog that a Reencrypt works on.</summary>
internal sealed record MigrationRange
{
    /// <summary>The migration.</summary>
    public required string MigrationId { get; init; }

    /// <summary>Its number among those of the migration.</summary>
    public required long Number { get; init; }

    /// <summary>Whose messages they are.</summary>
    public required MessageSource Source { get; init; }

    /// <summary>The address of the space where they are.</summary>
    public required string Space { get; init; }

    /// <summary>The name up to which everything is done; <see cref="ObjectName.BeforeAll"/> at first.</summary>
    public required ObjectName After { get; init; }

    /// <summary>The last name.</summary>
    public required ObjectName Last { get; init; }

    /// <summary>The runner that works on it, while one does.</summary>
    public string? Runner { get; init; }

    /// <summary>How often it was claimed: what an earlier claim writes is refused.</summary>
    public long Attempt { get; init; }

    /// <summary>Whether every message had its turn.</summary>
    public bool IsDone { get; init; }
}
