using System.Collections.Concurrent;
using TenantEncryption.Errors;

namespace TenantEncryption.Spaces;

/// <summary>The spaces that this process can reach: the files of its machine, and the buckets that it is told of.</summary>
/// <param name="local">The files.</param>
/// <param name="open">Makes the object store, when a bucket is named first; <see langword="null"/> where there is none.</param>
internal sealed class ReachableSpaces(LocalFiles local, Func<IObjectStore>? open) : IDisposable
{
    private readonly Lazy<IObjectStore>? _objects = open is null ? null : new Lazy<IObjectStore>(open);
    private readonly ConcurrentDictionary<string, BucketSpace> _buckets = new(StringComparer.Ordinal);

    /// <summary>The files of this machine.</summary>
    public LocalFiles Local => local;

    /// <summary>The space of a path or address.</summary>
    /// <param name="path">The path or address.</param>
    /// <returns>The space.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is no address, or there is no object store.</exception>
    public IObjectSpace Of(string path) => ObjectAddress.IsOne(path) ? Bucket(ObjectAddress.Parse(path).Bucket) : local;

    /// <summary>Whether a space of the catalog is one of them.</summary>
    /// <param name="address">Its address.</param>
    public bool Sees(string address) => address == local.Address || (_objects is not null && ObjectAddress.IsOne(address));

    /// <summary>A space of the catalog.</summary>
    /// <param name="address">Its address: one that is seen.</param>
    /// <returns>The space.</returns>
    public IObjectSpace At(string address) => address == local.Address ? local : Bucket(ObjectAddress.Parse(address).Bucket);

    /// <summary>How callers here name an object of the catalog.</summary>
    /// <param name="space">The address of its space.</param>
    /// <param name="name">Its name there.</param>
    /// <returns>The path or address; <see langword="null"/> for a file of another machine.</returns>
    public string? PathOf(string space, string name) =>
        space == local.Address ? local.PathOf(name) : ObjectAddress.IsOne(space) ? $"{space}/{name}" : null;

    /// <summary>A bucket.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The space.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: there is no object store.</exception>
    public BucketSpace Bucket(string name)
    {
        if (_objects is null)
        {
            throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"'s3://{name}' is a bucket, and the service was opened without an object store (TenantEncryptionOptions.ObjectStore).");
        }

        return _buckets.GetOrAdd(name, static (one, objects) => new BucketSpace(objects.Value.Open(one)), _objects);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_objects is { IsValueCreated: true })
        {
            _objects.Value.Dispose();
        }
    }
}
