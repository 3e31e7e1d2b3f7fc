using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Objects;

/// <summary>An object's settings as the SDK's requests and answers have them.</summary>
internal static class ObjectHeaders
{
    private const string MetadataPrefix = "x-amz-meta-";

    /// <summary>The state of an object in the answer to HEAD.</summary>
    public static ObjectState State(string key, GetObjectMetadataResponse answer) => new()
    {
        Key = key,
        ETag = answer.ETag,
        VersionId = Version(answer.VersionId),
        Length = answer.ContentLength,
        ModifiedAt = Utc(answer.LastModified),
        Hold = Hold(answer.ObjectLockMode, answer.ObjectLockRetainUntilDate, answer.ObjectLockLegalHoldStatus),
        Metadata = Metadata(answer.Metadata),
    };

    /// <summary>The state of an object in the answer to GET: its length is the whole object's, even where a part was asked for.</summary>
    public static ObjectState State(string key, GetObjectResponse answer) => new()
    {
        Key = key,
        ETag = answer.ETag,
        VersionId = Version(answer.VersionId),
        Length = LengthIn(answer.ContentRange) ?? answer.ContentLength,
        ModifiedAt = Utc(answer.LastModified),
        Hold = Hold(answer.ObjectLockMode, answer.ObjectLockRetainUntilDate, answer.ObjectLockLegalHoldStatus),
        Metadata = Metadata(answer.Metadata),
    };

    /// <summary>The settings in the answer to GET, without the tags.</summary>
    public static ObjectSettings Settings(GetObjectResponse answer) => new()
    {
        Metadata = Metadata(answer.Metadata),
        // The standard class is told by saying nothing.
        StorageClass = answer.StorageClass?.Value,
        ContentType = answer.Headers.ContentType,
        ContentEncoding = answer.Headers.ContentEncoding,
        ContentDisposition = answer.Headers.ContentDisposition,
        ContentLanguage = answer.ContentLanguage,
        CacheControl = answer.Headers.CacheControl,
        Expires = answer.ExpiresString,
        WebsiteRedirect = answer.WebsiteRedirectLocation,
        Hold = Hold(answer.ObjectLockMode, answer.ObjectLockRetainUntilDate, answer.ObjectLockLegalHoldStatus),
        Encryption = answer.ServerSideEncryptionMethod is { Value: { Length: > 0 } method }
            ? new StoreEncryption(method, answer.ServerSideEncryptionKeyManagementServiceKeyId, answer.BucketKeyEnabled)
            : null,
    };

    /// <summary>Gives a new object its settings.</summary>
    public static void Apply(ObjectSettings settings, PutObjectRequest request)
    {
        Apply(settings, request.Headers, request.Metadata);
        request.ContentType = settings.ContentType;
        request.Expires = settings.Expires;
        request.StorageClass = settings.StorageClass;
        request.TagSet = Tags(settings);
        request.WebsiteRedirectLocation = settings.WebsiteRedirect;
        request.ObjectLockMode = settings.Hold.Mode;
        request.ObjectLockRetainUntilDate = settings.Hold.Until?.UtcDateTime;
        request.ObjectLockLegalHoldStatus = settings.Hold.Legal ? ObjectLockLegalHoldStatus.On : null;
        if (settings.Encryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = encryption.Method;
            request.ServerSideEncryptionKeyManagementServiceKeyId = encryption.KeyId;
            request.BucketKeyEnabled = encryption.BucketKey;
        }
    }

    /// <summary>Gives a new object its settings.</summary>
    public static void Apply(ObjectSettings settings, InitiateMultipartUploadRequest request)
    {
        Apply(settings, request.Headers, request.Metadata);
        request.ContentType = settings.ContentType;
        request.Expires = settings.Expires;
        request.StorageClass = settings.StorageClass;
        request.TagSet = Tags(settings);
        request.WebsiteRedirectLocation = settings.WebsiteRedirect;
        request.ObjectLockMode = settings.Hold.Mode;
        request.ObjectLockRetainUntilDate = settings.Hold.Until?.UtcDateTime;
        request.ObjectLockLegalHoldStatus = settings.Hold.Legal ? ObjectLockLegalHoldStatus.On : null;
        if (settings.Encryption is { } encryption)
        {
            request.ServerSideEncryptionMethod = encryption.Method;
            request.ServerSideEncryptionKeyManagementServiceKeyId = encryption.KeyId;
            request.BucketKeyEnabled = encryption.BucketKey;
        }
    }

    /// <summary>A version's id; buckets without versions say "null", or nothing.</summary>
    public static string? Version(string? id) => id is null or "" or "null" ? null : id;

    /// <summary>A time of the SDK, which gives local ones.</summary>
    public static DateTimeOffset? Utc(DateTime? time) => time is { } given && given != default ? new DateTimeOffset(given.ToUniversalTime()) : null;

    private static ObjectHold Hold(ObjectLockMode? mode, DateTime? until, ObjectLockLegalHoldStatus? legal) =>
        new(mode?.Value, Utc(until), legal == ObjectLockLegalHoldStatus.On);

    private static void Apply(ObjectSettings settings, HeadersCollection headers, MetadataCollection metadata)
    {
        headers.CacheControl = settings.CacheControl;
        headers.ContentDisposition = settings.ContentDisposition;
        headers.ContentEncoding = settings.ContentEncoding;
        headers.ContentLanguage = settings.ContentLanguage;
        foreach ((string name, string value) in settings.Metadata)
        {
            metadata[MetadataPrefix + name] = value;
        }
    }

    private static List<Tag>? Tags(ObjectSettings settings) =>
        settings.Tags.Count == 0 ? null : [.. settings.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private static Dictionary<string, string> Metadata(MetadataCollection metadata) => metadata.Keys.ToDictionary(
        name => name.StartsWith(MetadataPrefix, StringComparison.Ordinal) ? name[MetadataPrefix.Length..] : name, name => metadata[name], StringComparer.Ordinal);

    // "bytes 0-9/1234" (RFC 9110 §14.4).
    private static long? LengthIn(string? range) =>
        range is not null && long.TryParse(range.AsSpan(range.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture, out long length) ? length : null;
}
