using TenantEncryption.Kms;

namespace TenantEncryption.Anchors;

/// <summary>Where anchors are kept outside the store.</summary>
public sealed record AnchorPlaces
{
    /// <summary>A file to which each anchor is appended as a line of JSON, by its full path; <see langword="null"/> for none. Its owner alone may read it.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// A master key in AWS KMS; <see langword="null"/> for none. Each anchor is told to KMS as the encryption context of a kms:Encrypt that is a dry run, which
    /// CloudTrail logs (AWS KMS Developer Guide, "Testing your permissions"): the permission kms:Encrypt on a key that serves nothing else is enough.
    /// </summary>
    public string? KeyArn { get; init; }

    /// <summary>A place in a bucket; <see langword="null"/> for none. Each anchor is an object there that is never overwritten.</summary>
    public AnchorBucket? Bucket { get; init; }

    /// <summary>How that key is reached; the region is the ARN's where it names none.</summary>
    public KmsConnection Connection { get; init; } = new();

    /// <summary>The places of which the store tells how far they are: bucket and key.</summary>
    internal IEnumerable<string> Told => new[] { Bucket?.Place, KeyArn }.OfType<string>();
}
