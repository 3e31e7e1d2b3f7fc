using System.Text;
using TenantEncryption.Errors;

namespace TenantEncryption.Spaces;

/// <summary>The address of an object in a bucket, or of all whose keys begin alike: <c>s3://bucket/key</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The object's key, or what the keys begin with; empty for the whole bucket.</param>
public readonly record struct ObjectAddress(string Bucket, string Key)
{
    private const string Scheme = "s3://";
    private const int LongestKey = 1024;

    /// <summary>The address of the bucket as a space.</summary>
    public string Space => Scheme + Bucket;

    /// <summary>Whether it means all objects whose keys begin so, as a folder means its files.</summary>
    public bool IsPrefix => Key.Length == 0 || Key.EndsWith('/');

    /// <summary>Whether a name is one of an object, and no path.</summary>
    /// <param name="name">The name.</param>
    public static bool IsOne(string? name) => name is not null && name.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <returns>Bucket and key.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is none.</exception>
    public static ObjectAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IsOne(text))
        {
            throw Refuse(text, "does not begin with s3://");
        }

        string[] parts = text[Scheme.Length..].Split('/', 2);
        (string bucket, string key) = (parts[0], parts.Length > 1 ? parts[1] : "");

        // It becomes part of a host name or a path: nothing but a bucket's name may pass (Amazon S3 user guide, "General purpose bucket naming rules").
        if (bucket.Length is < 3 or > 63 || !bucket.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one is '-' or '.') || bucket.Contains("..", StringComparison.Ordinal))
        {
            throw Refuse(text, "names no bucket: a bucket's name has 3 to 63 small letters, digits, hyphens and dots");
        }

        if (Encoding.UTF8.GetByteCount(key) > LongestKey)
        {
            throw Refuse(text, $"has a key of more than {LongestKey} bytes");
        }

        // Between here and the bucket, whoever takes it for a URL would make another key of it (RFC 3986 §5.2.4).
        return Array.Exists(key.Split('/'), segment => segment is "." or "..")
            ? throw Refuse(text, "has a part '.' or '..', which is no key that arrives")
            : new ObjectAddress(bucket, key);
    }

    /// <summary>The address below this one.</summary>
    /// <param name="name">A relative path, with the separators of this machine.</param>
    /// <returns>The address.</returns>
    public ObjectAddress Join(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string key = Path.DirectorySeparatorChar == '/' ? name : name.Replace(Path.DirectorySeparatorChar, '/');
        return this with { Key = IsPrefix ? Key + key : $"{Key}/{key}" };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Bucket}/{Key}";

    private static TenantEncryptionException Refuse(string text, string fault) => new(ErrorCodes.InvalidInput, $"'{text}' {fault}.");
}
