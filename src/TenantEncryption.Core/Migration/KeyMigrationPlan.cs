using System.Globalization;

namespace TenantEncryption.Migration;

/// <summary>What a migration would do, found out without one unwrap or write.</summary>
public sealed record KeyMigrationPlan
{
    /// <summary>The tenant that would move.</summary>
    public required string TenantId { get; init; }

    /// <summary>What would move.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>The name of the provider that is Active now.</summary>
    public required string MigratingFrom { get; init; }

    /// <summary>The name of the provider that would be Active.</summary>
    public required string MigratingTo { get; init; }

    /// <summary>Whether a new key would be made under the target for every later write; not when the target is Active already.</summary>
    public bool NewKey { get; init; }

    /// <summary>The key-encryption keys that would move to the target, besides the new one that is made there.</summary>
    public int Keks { get; init; }

    /// <summary>The catalogued messages that those keys protect; none of them is touched.</summary>
    public long Messages { get; init; }

    /// <summary>The most values outside the catalog that they protect.</summary>
    public long Values { get; init; }

    /// <summary>The most calls of KMS that it would make, validation included.</summary>
    public int KmsCalls { get; init; }

    /// <summary>Why it would be refused; empty when it would not.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>What the user should know before.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Move tenant '{TenantId}' from '{MigratingFrom}' to '{MigratingTo}' ({Mode}): {(NewKey ? "make a new key and " : "")}move {Keks} keys, which protect {Messages} files "
            + $"and up to {Values} values; at most {KmsCalls} KMS calls.{(Refusals.Count > 0 ? " It would be refused: " + string.Join(" ", Refusals) : "")} {string.Join(" ", Notes)}");
}
