namespace TenantEncryption.Events;

/// <summary>Which events to list; what is <see langword="null"/> does not narrow.</summary>
public sealed record EventFilter
{
    /// <summary>Of this tenant.</summary>
    public string? TenantId { get; init; }

    /// <summary>About this key provider.</summary>
    public string? ProviderId { get; init; }

    /// <summary>Of one of these types, with the platform's prefix.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>After this time.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>The newest so many only.</summary>
    public int? Newest { get; init; }
}
