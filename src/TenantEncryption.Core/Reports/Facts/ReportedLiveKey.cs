namespace TenantEncryption.Reports;

/// <summary>What KMS answered about a master key in one region. What it did not answer is <see langword="null"/>, and a failure says why.</summary>
public sealed record ReportedLiveKey
{
    /// <summary>The key ARN.</summary>
    public required string KeyArn { get; init; }

    /// <summary>The region.</summary>
    public required string Region { get; init; }

    /// <summary>When it was asked.</summary>
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>The key state, such as <c>Enabled</c>.</summary>
    public string? State { get; init; }

    /// <summary>The key spec; <c>SYMMETRIC_DEFAULT</c> is AES-256-GCM.</summary>
    public string? Spec { get; init; }

    /// <summary>Where the key material comes from.</summary>
    public string? Origin { get; init; }

    /// <summary>Who manages the key.</summary>
    public string? Manager { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The day on which a key pending deletion is deleted.</summary>
    public DateTimeOffset? DeletionDate { get; init; }

    /// <summary>Whether KMS rotates the material by itself.</summary>
    public bool? Rotation { get; init; }

    /// <summary>The days between rotations.</summary>
    public int? RotationPeriodInDays { get; init; }

    /// <summary>When it rotates next.</summary>
    public DateTimeOffset? NextRotation { get; init; }

    /// <summary>The last use that KMS has on record, up to an hour late.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Its operation.</summary>
    public string? LastOperation { get; init; }

    /// <summary>The id of its event in CloudTrail.</summary>
    public string? LastEventId { get; init; }

    /// <summary>Since when KMS has recorded uses.</summary>
    public DateTimeOffset? UsageTrackedSince { get; init; }

    /// <summary>The statements of the key policy.</summary>
    public IReadOnlyList<ReportedStatement>? Policy { get; init; }

    /// <summary>The grants, those to AWS services included.</summary>
    public IReadOnlyList<ReportedGrant>? Grants { get; init; }

    /// <summary>What could not be seen, each with its code.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];
}
