using Amazon.S3;
using TenantEncryption.S3.Tests.Faults;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Tests;

/// <summary>A bucket of a test, as the product sees it through a proxy.</summary>
internal sealed class TestBucket(string name, FaultProxy proxy, S3ObjectStore store, AmazonS3Client administrator) : IAsyncDisposable
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What stands between.</summary>
    public FaultProxy Proxy => proxy;

    /// <summary>The store.</summary>
    public IObjectStore Store => store;

    /// <summary>The bucket.</summary>
    public IBucket Bucket { get; } = ((IObjectStore)store).Open(name);

    /// <summary>Who owns it, not through the proxy.</summary>
    public AmazonS3Client Administrator => administrator;

    /// <summary>Puts bytes on a condition.</summary>
    public Task<ObjectState> PutAsync(string key, byte[] content, PutCondition condition = default, ObjectSettings? settings = null, string messageId = "00") =>
        Bucket.PutAsync(New(key, content.Length, condition, settings, messageId), (stream, token) => stream.WriteAsync(content, token).AsTask(), CancellationToken.None);

    /// <summary>An object that is to be put.</summary>
    public static NewObject New(string key, long length, PutCondition condition = default, ObjectSettings? settings = null, string messageId = "00") =>
        new(key, length, condition, (settings ?? new ObjectSettings()) with { Metadata = ObjectHints.Of("acme", "kek-1", messageId, settings?.Metadata) });

    /// <summary>Reads an object, or a part of it.</summary>
    public async Task<byte[]> ReadAsync(string key, ObjectSelection selection = default)
    {
        await using ObjectContent content = await Bucket.OpenAsync(key, selection, CancellationToken.None);
        using var memory = new MemoryStream();
        await content.Stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    /// <summary>What an object has beside its content, tags included.</summary>
    public async Task<ObjectSettings> ReadSettingsAsync(string key)
    {
        await using ObjectContent content = await Bucket.OpenAsync(key, default, CancellationToken.None);
        return content.Settings with { Tags = await Bucket.ReadTagsAsync(key, content.State.VersionId, CancellationToken.None) };
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await proxy.DisposeAsync();
    }
}
