namespace TenantEncryption.Spaces;

/// <summary>What an object has beside its content. What is <see langword="null"/> is left to the bucket's defaults.</summary>
internal sealed record ObjectSettings
{
    /// <summary>The user's metadata, by lower-case name, in ASCII.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The object's tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The storage class, as the store names it.</summary>
    public string? StorageClass { get; init; }

    /// <summary>The media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>The header of that name.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The header of that name.</summary>
    public string? ContentDisposition { get; init; }

    /// <summary>The header of that name.</summary>
    public string? ContentLanguage { get; init; }

    /// <summary>The header of that name.</summary>
    public string? CacheControl { get; init; }

    /// <summary>The header of that name, as it is written.</summary>
    public string? Expires { get; init; }

    /// <summary>Where the bucket, as a web site, sends who asks for the object.</summary>
    public string? WebsiteRedirect { get; init; }

    /// <summary>What keeps the object from being deleted.</summary>
    public ObjectHold Hold { get; init; } = ObjectHold.None;

    /// <summary>How the store itself encrypts it, where that is not the bucket's default.</summary>
    public StoreEncryption? Encryption { get; init; }
}

/// <summary>How a store encrypts an object by itself, beneath the message.</summary>
/// <param name="Method">The algorithm, as the store names it: <c>aws:kms</c>, for one.</param>
/// <param name="KeyId">The store's key.</param>
/// <param name="BucketKey">Whether a key of the bucket spares calls for each object.</param>
internal sealed record StoreEncryption(string Method, string? KeyId, bool? BucketKey);
