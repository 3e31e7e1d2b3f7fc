namespace TenantEncryption.Keys;

/// <summary>A tenant's key-encryption key: its record and what is known of its use.</summary>
public sealed record KeyEncryptionKey
{
    /// <summary>The id, <c>kek-</c> and 20 hexadecimal digits.</summary>
    public string KekId => Record.KekId;

    /// <summary>The tenant whose key it is.</summary>
    public string TenantId => Record.TenantId;

    /// <summary>The provider that seals it.</summary>
    public string ProviderId => Record.ProviderId;

    /// <summary>Its name, where the key was listed.</summary>
    public string? ProviderName { get; init; }

    /// <summary>The sealed key.</summary>
    internal KeyRecord Record { get; init; } = null!;

    /// <summary>Whether it wraps, or unwraps only.</summary>
    public KeyEncryptionKeyStatus Status { get; init; }

    /// <summary>When the key was made. Moving it to another provider does not change this.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The wraps that writers reserved: never fewer than were made. NIST SP 800-38D §8.3 ends a key's use at 2^32.</summary>
    public long ReservedWraps { get; init; }

    /// <summary>The messages in the catalog that depend on it.</summary>
    public long Messages { get; init; }

    /// <summary>The most values outside the catalog that depend on it.</summary>
    public long Values => Math.Max(0, ReservedWraps - FileWraps);

    /// <summary>The wraps that became catalogued files, ever; the rest of what was reserved may be values.</summary>
    internal long FileWraps { get; init; }

    /// <summary>The sealed key. A method, so that what shows all properties of a key does not show it.</summary>
    /// <returns>The record.</returns>
    public KeyRecord GetRecord() => Record;
}
