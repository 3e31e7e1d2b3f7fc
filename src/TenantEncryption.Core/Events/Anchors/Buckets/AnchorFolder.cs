using System.Globalization;
using TenantEncryption.Spaces;

namespace TenantEncryption.Anchors;

/// <summary>Where the anchors of one store lie in a bucket: an object each, named by its number with leading zeros, so that a list has them in their order.</summary>
internal sealed record AnchorFolder
{
    private const int Digits = 12;
    private const string Extension = ".json";

    private AnchorFolder(string place, string bucket, string prefix, string storeId) => (Place, Bucket, Prefix, StoreId) = (place, bucket, prefix, storeId);

    /// <summary>The place that several stores may share, as it is written everywhere: <c>s3://bucket/prefix</c>, without a slash at its end.</summary>
    public string Place { get; }

    /// <summary>The bucket.</summary>
    public string Bucket { get; }

    /// <summary>The store.</summary>
    public string StoreId { get; }

    /// <summary>What the keys of the store's anchors begin with, and of no other store's.</summary>
    public string Prefix { get; }

    /// <summary>Reads a place.</summary>
    /// <param name="address"><c>s3://bucket/prefix</c>.</param>
    /// <param name="storeId">The store.</param>
    /// <returns>Where its anchors are.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is no address of a bucket.</exception>
    public static AnchorFolder Of(string address, string storeId)
    {
        ObjectAddress place = ObjectAddress.Parse(address);
        place = place with { Key = place.Key.TrimEnd('/') };
        return new AnchorFolder(place.Key.Length == 0 ? place.Space : place.ToString(), place.Bucket, place.Join(storeId).Key + '/', storeId);
    }

    /// <summary>The key of an anchor.</summary>
    /// <param name="number">Its number.</param>
    public string KeyOf(long number) => Prefix + number.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0') + Extension;

    /// <summary>The address of an anchor, for people.</summary>
    /// <param name="number">Its number.</param>
    public string AddressOf(long number) => new ObjectAddress(Bucket, KeyOf(number)).ToString();

    /// <summary>The number of the anchor at a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The number; <see langword="null"/> where no anchor is named so.</returns>
    public long? NumberOf(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(Extension, StringComparison.Ordinal)
        && long.TryParse(key.AsSpan(Prefix.Length, Math.Max(0, key.Length - Prefix.Length - Extension.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && KeyOf(number) == key
            ? number
            : null;
}
