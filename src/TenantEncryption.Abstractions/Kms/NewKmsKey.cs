namespace TenantEncryption.Kms;

/// <summary>A symmetric encryption key that kms:CreateKey or kms:ReplicateKey shall make.</summary>
public sealed record NewKmsKey
{
    /// <summary>
    /// The key policy, whose lockout safety check is never bypassed; <see langword="null"/> for KMS's default, which leaves all
    /// decisions to the account's own IAM policies (AWS KMS Developer Guide, "Default key policy").
    /// </summary>
    public string? Policy { get; init; }

    /// <summary>The description, up to 8,192 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the key is a multi-Region primary. A replica always is multi-Region.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>The tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
