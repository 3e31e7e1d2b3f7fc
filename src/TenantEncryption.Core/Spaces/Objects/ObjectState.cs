namespace TenantEncryption.Spaces;

/// <summary>An object as a bucket tells of it.</summary>
internal sealed record ObjectState
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>What changes whenever the object does, as the bucket writes it.</summary>
    public required string ETag { get; init; }

    /// <summary>The version; <see langword="null"/> where the bucket keeps none.</summary>
    public string? VersionId { get; init; }

    /// <summary>Bytes.</summary>
    public long Length { get; init; }

    /// <summary>When it was put; <see langword="null"/> where that was not told.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>What keeps it from being deleted, as far as the caller is shown that (s3:GetObjectRetention, s3:GetObjectLegalHold).</summary>
    public ObjectHold Hold { get; init; } = ObjectHold.None;

    /// <summary>The user's metadata, by lower-case name. Whoever can write the bucket has written them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
