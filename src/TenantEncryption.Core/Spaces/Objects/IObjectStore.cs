namespace TenantEncryption.Spaces;

/// <summary>
/// An object store, such as Amazon S3, whose buckets are spaces. What it calls, and as whom, is its own affair; what fails, fails with a
/// <see cref="TenantEncryptionException"/>. Implementations are thread-safe.
/// </summary>
public interface IObjectStore : IDisposable
{
    /// <summary>A bucket; nothing is called yet.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The bucket, which the store keeps.</returns>
    internal IBucket Open(string name);
}
