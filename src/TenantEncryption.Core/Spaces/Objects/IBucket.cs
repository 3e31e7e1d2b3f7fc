namespace TenantEncryption.Spaces;

/// <summary>
/// A bucket of an object store. An object appears whole or not at all, and only on a condition: nothing takes the place of what the caller has not seen.
/// <para>
/// All methods throw <c>SPACE_NOT_FOUND</c> (no such bucket), <c>SPACE_DENIED</c>, <c>SPACE_UNREACHABLE</c>, <c>THROTTLED</c>, <c>CREDENTIALS_INVALID</c>,
/// <c>WRONG_REGION</c> and <c>SPACE_UNSUITABLE</c> (the endpoint lacks what is needed).
/// </para>
/// </summary>
internal interface IBucket
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>What is known of an object without reading it.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="versionId">A version; <see langword="null"/> for the latest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object; <see langword="null"/> when there is none.</returns>
    Task<ObjectState?> FindAsync(string key, string? versionId, CancellationToken cancellationToken);

    /// <summary>Opens an object, or a part of it, in memory that does not grow with it. A connection that breaks is made again where the content goes on.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="selection">Which version, on what condition, which part.</param>
    /// <param name="cancellationToken">Ends the call; reading has a token of its own.</param>
    /// <returns>The content; the caller disposes it.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>; <c>OBJECT_CHANGED</c>: it is not the one of the condition; <c>OBJECT_ARCHIVED</c>.</exception>
    Task<ObjectContent> OpenAsync(string key, ObjectSelection selection, CancellationToken cancellationToken);

    /// <summary>
    /// Puts an object on a condition. What is written is taken once, and kept until the store has it; where the answer is lost, the object's own metadata tell
    /// whether it is there.
    /// </summary>
    /// <param name="what">The object.</param>
    /// <param name="write">Writes its content, exactly as long as the object says. It is called once.</param>
    /// <param name="cancellationToken">Stops; what was sent by then is given up.</param>
    /// <returns>The object as it is there.</returns>
    /// <exception cref="TenantEncryptionException">
    /// <c>OUTPUT_EXISTS</c>, <c>OBJECT_CHANGED</c>: the condition does not hold. <c>LIMIT_EXCEEDED</c>: it is longer than an object of that many parts can be.
    /// After <c>SPACE_UNREACHABLE</c> the object may yet appear.
    /// </exception>
    Task<ObjectState> PutAsync(NewObject what, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken);

    /// <summary>The tags of an object, which no answer has but their own.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="versionId">A version; <see langword="null"/> for the latest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The tags.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>.</exception>
    Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(string key, string? versionId, CancellationToken cancellationToken);

    /// <summary>Lists the latest versions, in the order of their keys' UTF-8 bytes.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="after">The key after which to begin; <see langword="null"/> for the first.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The objects.</returns>
    IAsyncEnumerable<ListedObject> ListAsync(string prefix, string? after, CancellationToken cancellationToken);

    /// <summary>Lists all versions of objects, by key and the latest of each key first.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="withMarkers">Whether delete markers are listed, too: who deletes an object of a bucket that keeps versions puts one over it (user guide, "Working with delete markers").</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The versions.</returns>
    IAsyncEnumerable<ListedObject> ListVersionsAsync(string prefix, bool withMarkers, CancellationToken cancellationToken);

    /// <summary>
    /// Whether versions in the bucket can be kept from being deleted (Object Lock), and how those are whose writer says nothing (Amazon S3 API reference,
    /// GetObjectLockConfiguration; it takes s3:GetBucketObjectLockConfiguration).
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What the bucket does; <see langword="null"/> when it has no Object Lock.</returns>
    Task<BucketLock?> FindLockAsync(CancellationToken cancellationToken);

    /// <summary>Deletes an object, if it is still the one that the caller means.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="etag">Its entity tag.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it is gone; <see langword="false"/> when another one is there.</returns>
    Task<bool> DeleteAsync(string key, string etag, CancellationToken cancellationToken);
}
