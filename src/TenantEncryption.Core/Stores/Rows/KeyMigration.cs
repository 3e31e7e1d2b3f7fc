namespace TenantEncryption.Migration;

/// <summary>A tenant's move to another provider.</summary>
public sealed record KeyMigration
{
    /// <summary>The id, <c>mig-</c> and 20 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that moves.</summary>
    public required string TenantId { get; init; }

    /// <summary>What moves.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>How far it is.</summary>
    public MigrationState State { get; init; }

    /// <summary>The id of the provider that was Active when it began.</summary>
    public required string MigratingFrom { get; init; }

    /// <summary>Its name, while the store has it.</summary>
    public string? MigratingFromName { get; init; }

    /// <summary>The id of the provider that is Active when it ends.</summary>
    public required string MigratingTo { get; init; }

    /// <summary>Its name, while the store has it.</summary>
    public string? MigratingToName { get; init; }

    /// <summary>Who began it.</summary>
    public string? Actor { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset InitiatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>
    /// RewrapKek: the keys to seal under the target, those that move and the new one. Reencrypt: the messages that were to be written anew when it began; once
    /// it is Completed, those that were done or failed, as files come and go meanwhile.
    /// </summary>
    public long Total { get; init; }

    /// <summary>The keys that are sealed by the target and verified, or the messages that were written anew.</summary>
    public long Done { get; init; }

    /// <summary>The keys, or messages, that could not be moved.</summary>
    public long Failed { get; init; }

    /// <summary>Reencrypt: the bytes of plaintext that were written anew.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether it yields to other work.</summary>
    public bool LowPriority { get; init; }

    /// <summary>Done and failed items as a share of the total, in percent.</summary>
    public int Progress => State == MigrationState.Completed ? 100 : Total == 0 ? 0 : (int)Math.Min(99, 100 * (Done + Failed) / Total);

    /// <summary>What another process asked of the one that works on it, and is not done yet: to be Suspended or Stopped.</summary>
    public MigrationState? Requested { get; init; }

    /// <summary>Why it could not go on, when it is Failed.</summary>
    public string? FailureCode { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
