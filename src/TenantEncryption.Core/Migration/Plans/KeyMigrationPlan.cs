using TenantEncryption.Prices;

namespace TenantEncryption.Migration;

/// <summary>What a migration would do, found out without one unwrap or write.</summary>
public sealed record KeyMigrationPlan
{
    /// <summary>The tenant that would move.</summary>
    public required string TenantId { get; init; }

    /// <summary>What would move.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>
    /// The name of the provider that is Active now; where keys are gathered to the Active one, the names of those that they are with.
    /// </summary>
    public required string MigratingFrom { get; init; }

    /// <summary>The name of the provider that would be Active.</summary>
    public required string MigratingTo { get; init; }

    /// <summary>Whether a new key would be made under the target for every later write; not when the target is Active already.</summary>
    public bool NewKey { get; init; }

    /// <summary>RewrapKek: the key-encryption keys that would move to the target, besides the new one that is made there. Reencrypt: those whose messages would be written anew.</summary>
    public int Keks { get; init; }

    /// <summary>The catalogued messages that those keys protect. RewrapKek touches none of them; Reencrypt writes each anew.</summary>
    public long Messages { get; init; }

    /// <summary>The most values outside the catalog that they protect. Reencrypt leaves them as they are: they are not where this software could find them.</summary>
    public long Values { get; init; }

    /// <summary>Reencrypt: the bytes of plaintext that would be written anew.</summary>
    public long Bytes { get; init; }

    /// <summary>
    /// The calls of KMS that it would make, validation included: exactly so many, where nothing fails, the keys are as they were registered, and a Reencrypt
    /// takes no longer than a key lease; after each lease it opens its keys again.
    /// </summary>
    public long KmsCalls { get; init; }

    /// <summary>
    /// What these calls cost, charged to the accounts that make them; <see langword="null"/> where a key is in a partition whose prices this software does not know.
    /// </summary>
    public ListCost? Cost { get; init; }

    /// <summary>
    /// About how long it would take: reckoned from how long KMS took for this tenant lately, and from the pace of its latest Reencrypt; where there was none,
    /// from this software's benchmarks. It says nothing of other work on the machine.
    /// </summary>
    public TimeSpan EstimatedTime { get; init; }

    /// <summary>Why it would be refused, beginning with the code; empty when it would not.</summary>
    public IReadOnlyList<string> Refusals => Refusal is null ? [] : [$"{Refusal.Code}: {Refusal.Detail}"];

    /// <summary>What makes it likely to fail, each beginning with its code: the last test of the target failed.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What the user should know before.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether there is anything to do; there is nothing where the target is Active already and has every key.</summary>
    public bool IsNeeded => NewKey || Keks > 0;

    /// <summary>The refusal itself.</summary>
    internal TenantEncryptionException? Refusal { get; init; }

    /// <summary>Refuses now what would be refused then, so that nobody is asked for nothing.</summary>
    /// <exception cref="TenantEncryptionException">What forbids the migration.</exception>
    public void ThrowIfRefused()
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        " ", [What, .. Refusals.Select(refusal => $"It would be refused: {refusal}"), .. Warnings.Select(warning => $"Warning: {warning}"), .. Notes]);

    private string What =>
        !IsNeeded ? $"Tenant '{TenantId}' is with '{MigratingTo}' already, and every key is there: there is nothing to do."
        : Mode == MigrationMode.Reencrypt ? $"{(MigratingFrom == MigratingTo ? $"Write anew what keys of tenant '{TenantId}' protect, with '{MigratingTo}'" : $"Move tenant '{TenantId}' from '{MigratingFrom}' to '{MigratingTo}'")} ({Mode}): {(NewKey ? "make a new key and " : "")}write {Counted.Of(Messages, "file")} ({Counted.Bytes(Bytes)}) of {Counted.Of(Keks, "key")} anew; {Calls}."
        : NewKey ? $"Move tenant '{TenantId}' from '{MigratingFrom}' to '{MigratingTo}' ({Mode}): make a new key{(Keks > 0 ? $" and move {Keys}" : "")}; {Calls}."
        : $"Gather the keys of tenant '{TenantId}' that are with {MigratingFrom} to '{MigratingTo}', which is Active already ({Mode}): move {Keys}; {Calls}.";

    private string Keys =>
        $"{Counted.Of(Keks, "key")}, which {(Keks == 1 ? "protects" : "protect")} {Counted.Of(Messages, "file")} and up to {Counted.Of(Values, "value")} outside the catalog";

    private string Calls => $"{Counted.Of(KmsCalls, "KMS call")}{(KmsCalls == 0 || Cost is null ? "" : $" ({Cost})")}, about {Counted.Time(EstimatedTime)}";
}
