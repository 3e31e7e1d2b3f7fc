namespace TenantEncryption.Anchors;

/// <summary>What verifying the proof of a tenant's head showed.</summary>
public sealed record AnchorTestResult
{
    /// <summary>Whether the anchor covers the tenant's head.</summary>
    public bool Success => Code == Errors.ErrorCodes.Success;

    /// <summary><c>SUCCESS</c> or <c>EVENT_LOG_ALTERED</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The number of the anchor.</summary>
    public required long Number { get; init; }

    /// <summary>When the anchor was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The head that the proof is of, as number:mac:tenant: the chain is tested against it with Test-EncryptionEventLog -Head.</summary>
    public required string Head { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Code;
}
