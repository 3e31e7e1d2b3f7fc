namespace TenantEncryption.Providers;

/// <summary>One row of a key provider's history: what happened, the state after it, when and by whom.</summary>
public sealed record KeyHistoryEntry
{
    /// <summary>The provider's name.</summary>
    public required string Name { get; init; }

    /// <summary>What happened, such as <c>keyprovider.activated</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The provider's state after it.</summary>
    public KeyProviderStatus? Status { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Who did it.</summary>
    public string? Actor { get; init; }

    /// <summary>More about it, such as the code of a test.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Event;
}
