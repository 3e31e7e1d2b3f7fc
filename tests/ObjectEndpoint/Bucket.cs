using System.Collections.Concurrent;

namespace TenantEncryption.ObjectEndpoint;

/// <summary>A bucket. Conditions are looked at in the moment of writing.</summary>
internal sealed class Bucket
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);

    /// <summary>The uploads that are under way, each with its parts.</summary>
    public ConcurrentDictionary<string, Upload> Uploads { get; } = [];

    public StoredObject? Find(string key)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(key);
        }
    }

    /// <summary>Puts an object on a condition (Amazon S3 user guide, "Conditional writes").</summary>
    /// <returns>The status.</returns>
    public int Put(string key, StoredObject what, string? ifMatch, bool ifNoneMatch)
    {
        lock (_gate)
        {
            StoredObject? there = _objects.GetValueOrDefault(key);
            if (ifMatch is not null && there?.ETag != ifMatch)
            {
                return there is null ? 404 : 412;
            }

            if (ifNoneMatch && there is not null)
            {
                return 412;
            }

            _objects[key] = what;
            return 200;
        }
    }

    public int Delete(string key, string? ifMatch)
    {
        lock (_gate)
        {
            if (ifMatch is not null && _objects.GetValueOrDefault(key) is { } there && there.ETag != ifMatch)
            {
                return 412;
            }

            _objects.Remove(key);
            return 204;
        }
    }

    /// <summary>Lists a page: at most a thousand objects after a key, and whether there are more.</summary>
    public (IReadOnlyList<(string Key, StoredObject Object)> Page, bool IsTruncated) List(string prefix, string after)
    {
        lock (_gate)
        {
            List<(string, StoredObject)> found = [.. _objects
                .Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(one.Key, after) > 0)
                .Take(1001)
                .Select(one => (one.Key, one.Value))];
            return (found.Take(1000).ToList(), found.Count > 1000);
        }
    }
}

/// <summary>An upload in parts.</summary>
internal sealed record Upload(string Key, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The parts, by number.</summary>
    public ConcurrentDictionary<int, byte[]> Parts { get; } = [];
}
