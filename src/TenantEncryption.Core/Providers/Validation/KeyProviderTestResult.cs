namespace TenantEncryption.Providers;

/// <summary>What testing a key provider showed.</summary>
public sealed record KeyProviderTestResult
{
    /// <summary>The provider's id; <see langword="null"/> for a key that is not registered.</summary>
    public string? ProviderId { get; init; }

    /// <summary>The provider's name, or the identifier of a key that is not registered.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The platform whose rules the key was tested by.</summary>
    public required string Platform { get; init; }

    /// <summary>The key that was tested.</summary>
    public string? KeyArn { get; init; }

    /// <summary>Whether no check failed.</summary>
    public bool Success => Code == Errors.ErrorCodes.Success;

    /// <summary><c>SUCCESS</c>, or the code of the first check that failed.</summary>
    public required string Code { get; init; }

    /// <summary>What it means for the provider's use.</summary>
    public KeyProviderVerdict Verdict { get; init; }

    /// <summary>The code that the platform's vendor would show.</summary>
    public required string VendorCode { get; init; }

    /// <summary>Every check, in order.</summary>
    public required IReadOnlyList<KeyProviderCheck> Checks { get; init; }

    /// <summary>When the test ended.</summary>
    public DateTimeOffset Time { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}
