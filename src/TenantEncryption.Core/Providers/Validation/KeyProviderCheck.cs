namespace TenantEncryption.Providers;

/// <summary>One check of a key provider.</summary>
public sealed record KeyProviderCheck
{
    /// <summary>What was checked, such as <c>KeyState</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whose ability it is about.</summary>
    public CheckSubject Subject { get; init; }

    /// <summary>How it ended.</summary>
    public CheckOutcome Outcome { get; init; }

    /// <summary>The code: <c>SUCCESS</c> when it passed, the cause when it failed or warns, <see langword="null"/> when it was skipped.</summary>
    public string? Code { get; init; }

    /// <summary>The region that it is about.</summary>
    public string? Region { get; init; }

    /// <summary>What was seen.</summary>
    public required string Observed { get; init; }

    /// <summary>What to do about it, when there is something to do.</summary>
    public string? Remedy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Outcome}";
}
