namespace TenantEncryption.Kms;

/// <summary>What kms:DescribeKey says of a key, in AWS's own words where it has them.</summary>
public sealed record KmsKeyDescription : IKmsAnswer
{
    /// <summary>The key ARN (never the alias).</summary>
    public required string KeyArn { get; init; }

    /// <summary>The key state: <c>Enabled</c>, <c>Disabled</c>, <c>PendingDeletion</c>, <c>PendingImport</c>, …</summary>
    public required string KeyState { get; init; }

    /// <summary>The key usage, <c>ENCRYPT_DECRYPT</c> for a master key.</summary>
    public required string KeyUsage { get; init; }

    /// <summary>The key spec, <c>SYMMETRIC_DEFAULT</c> for a master key.</summary>
    public required string KeySpec { get; init; }

    /// <summary>Who manages the key: <c>CUSTOMER</c> or <c>AWS</c>.</summary>
    public required string KeyManager { get; init; }

    /// <summary>Where the key material comes from, such as <c>AWS_KMS</c> or <c>EXTERNAL</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The description that its owner gave it.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Whether the key is a multi-Region key, primary or replica.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>The ARN of a multi-Region key's primary, which may be this key; <see langword="null"/> for others.</summary>
    public string? PrimaryKeyArn { get; init; }

    /// <summary>The ARNs of the other keys of a multi-Region key, primary and replicas; empty for others.</summary>
    public IReadOnlyList<string> RelatedKeyArns { get; init; } = [];

    /// <summary>The day on which a key pending deletion is deleted.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>The AWS request id of the answer.</summary>
    public string? RequestId { get; init; }
}
