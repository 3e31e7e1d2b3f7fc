namespace TenantEncryption.Events;

/// <summary>Events of a chain that left the store for a file.</summary>
public sealed record ArchivedEvents
{
    /// <summary>The tenant whose events they are; <see langword="null"/> for the store's own chain.</summary>
    public string? TenantId { get; init; }

    /// <summary>The number of the first one.</summary>
    public required long First { get; init; }

    /// <summary>The number of the last one.</summary>
    public required long Last { get; init; }

    /// <summary>How many they are.</summary>
    public long Count => Last - First + 1;

    /// <summary>The file; <see langword="null"/> while they are in the store.</summary>
    public string? Path { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal, as the chain's event tells it; <see langword="null"/> while they are in the store.</summary>
    public string? Hash { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path ?? $"{Counted.Of(Count, "event")} of {(TenantId is null ? "the store's own chain" : $"tenant '{TenantId}'")}";
}
