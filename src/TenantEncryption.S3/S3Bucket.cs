using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Errors;
using TenantEncryption.S3.Bodies;
using TenantEncryption.S3.Calls;
using TenantEncryption.S3.Objects;
using TenantEncryption.S3.Reading;
using TenantEncryption.S3.Translation;
using TenantEncryption.S3.Writing;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3;

/// <summary>A bucket of S3. Thread-safe.</summary>
internal sealed class S3Bucket(S3Exchange exchange, string name, ByteBudget budget, TimeSpan stall) : IBucket, IDisposable
{
    /// <summary>What is longer is put in parts, in bytes.</summary>
    public const int LongestPut = 64 << 20;

    private readonly ConditionProbe _probe = new(exchange, name);
    private readonly Settlement _settlement = new(exchange, name);
    private readonly SinglePut _single = new(exchange, name, budget);
    private readonly PartsUpload _parts = new(exchange, name, budget);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<ObjectState?> FindAsync(string key, string? versionId, CancellationToken cancellationToken) => _settlement.FindAsync(key, versionId, cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectContent> OpenAsync(string key, ObjectSelection selection, CancellationToken cancellationToken)
    {
        GetObjectResponse? answer = await GetAsync(key, selection, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            // Nothing but its length is of use of an object without content.
            return await FindAsync(key, selection.VersionId, cancellationToken).ConfigureAwait(false) is { Length: 0 } empty && (selection.ETag ?? empty.ETag) == empty.ETag
                ? new ObjectContent(empty, new ObjectSettings(), Stream.Null)
                : throw new TenantEncryptionException(ErrorCodes.ObjectChanged, $"'{S3Errors.Name(name, key)}' was replaced or changed meanwhile.");
        }

        ObjectState state = ObjectHeaders.State(key, answer);
        ObjectSelection same = selection with { ETag = state.ETag, VersionId = selection.VersionId ?? state.VersionId };
        var content = new ResumingStream(
            exchange,
            name,
            key,
            same,
            (rest, token) => exchange.SendAsync("s3:GetObject", name, key, client => GetAsync(client, key, rest, token), token),
            answer,
            answer.ContentLength,
            stall);
        return new ObjectContent(state, ObjectHeaders.Settings(answer), content);
    }

    /// <inheritdoc/>
    public async Task<ObjectState> PutAsync(NewObject what, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        if (what.Length > (long)PartsUpload.MostParts * LongestPut)
        {
            throw new TenantEncryptionException(
                ErrorCodes.LimitExceeded, $"'{S3Errors.Name(name, what.Key)}' would have {what.Length:N0} bytes; {PartsUpload.MostParts:N0} parts of 64 MiB are the most that is put.");
        }

        await _probe.RequirePutAsync(what.Key, cancellationToken).ConfigureAwait(false);
        if (what.Length <= LongestPut)
        {
            return await _single.PutAsync(what, write, _settlement, cancellationToken).ConfigureAwait(false);
        }

        await _probe.RequireCompleteAsync(what.Key, cancellationToken).ConfigureAwait(false);
        return await _parts.PutAsync(what, PartLengthOf(what.Length), write, _settlement, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(string key, string? versionId, CancellationToken cancellationToken)
    {
        // Who may not read tags is not told their number either, so that no number in another answer means none.
        GetObjectTaggingResponse tags = await exchange.SendAsync(
            "s3:GetObjectTagging",
            name,
            key,
            client => client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = name, Key = key, VersionId = versionId }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return (tags.Tagging ?? []).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedObject> ListAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = name, Prefix = prefix, StartAfter = after };
        do
        {
            ListObjectsV2Response page = await exchange.SendAsync(
                "s3:ListObjectsV2", name, null, client => client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (S3Object one in page.S3Objects ?? [])
            {
                yield return new ListedObject(one.Key, one.ETag, one.Size ?? 0, ObjectHeaders.Utc(one.LastModified), StorageClass: one.StorageClass?.Value);
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedObject> ListVersionsAsync(string prefix, bool withMarkers, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListVersionsRequest { BucketName = name, Prefix = prefix };
        do
        {
            ListVersionsResponse page = await exchange.SendAsync(
                "s3:ListObjectVersions", name, null, client => client.ListVersionsAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);

            // Some endpoints list the delete markers of a page behind its versions.
            IEnumerable<S3ObjectVersion> versions = page.Versions ?? [];
            foreach (S3ObjectVersion one in withMarkers ? versions.OrderBy(one => one.Key, StringComparer.Ordinal) : versions.Where(one => one.IsDeleteMarker != true))
            {
                yield return new ListedObject(
                    one.Key,
                    one.ETag,
                    one.Size ?? 0,
                    ObjectHeaders.Utc(one.LastModified),
                    ObjectHeaders.Version(one.VersionId),
                    one.IsLatest ?? false,
                    one.StorageClass?.Value,
                    one.IsDeleteMarker ?? false);
            }

            (request.KeyMarker, request.VersionIdMarker) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextVersionIdMarker) : (null, null);
        }
        while (request.KeyMarker is not null);
    }

    /// <inheritdoc/>
    public async Task<BucketLock?> FindLockAsync(CancellationToken cancellationToken)
    {
        const string Operation = "s3:GetObjectLockConfiguration";
        try
        {
            GetObjectLockConfigurationResponse answer = await exchange.TryAsync(
                Operation,
                client => client.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = name }, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return answer.ObjectLockConfiguration is { } has && has.ObjectLockEnabled == ObjectLockEnabled.Enabled
                ? new BucketLock(has.Rule?.DefaultRetention?.Mode?.Value)
                : null;
        }
        catch (Amazon.Runtime.AmazonServiceException answer) when (answer.ErrorCode == "ObjectLockConfigurationNotFoundError")
        {
            return null;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            throw exchange.Translate(exception, Operation, name, null, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string key, string etag, CancellationToken cancellationToken)
    {
        try
        {
            await exchange.TryAsync(
                "s3:DeleteObject",
                client => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = name, Key = key, IfMatch = etag }, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Amazon.Runtime.AmazonServiceException answer) when (S3Errors.IsAbsent(answer))
        {
            return true;
        }
        catch (Exception refused) when (S3Errors.IsPrecondition(refused) || S3Errors.IsConflict(refused))
        {
            return false;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            throw exchange.Translate(exception, "s3:DeleteObject", name, key, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _probe.Dispose();

    /// <summary>The length of the parts of an object: as few bytes as ten thousand of them allow, in whole MiB.</summary>
    /// <param name="length">The object's length.</param>
    internal static int PartLengthOf(long length)
    {
        const int Unit = 1 << 20;
        long least = (length + PartsUpload.MostParts - 1) / PartsUpload.MostParts;
        return (int)Math.Max(PartsUpload.PartLength, (least + Unit - 1) / Unit * Unit);
    }

    // All of an empty object can't be asked for as a part of it.
    private async Task<GetObjectResponse?> GetAsync(string key, ObjectSelection selection, CancellationToken cancellationToken)
    {
        try
        {
            return await exchange.SendAsync(
                "s3:GetObject", name, key, client => GetAsync(client, key, selection, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (exception.Code == ErrorCodes.InvalidInput && selection.From == 0)
        {
            return null;
        }
    }

    // Of a whole object the SDK takes an entity tag of 32 digits for the MD5 of its content, which it need not be (Amazon S3 API reference, "Common response headers"),
    // and computes that: of a part, also of one that is all of it, it does not. What is read is authenticated frame by frame.
    private Task<GetObjectResponse> GetAsync(IAmazonS3 client, string key, ObjectSelection selection, CancellationToken cancellationToken) =>
        client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = name,
                Key = key,
                VersionId = selection.VersionId,
                EtagToMatch = selection.ETag,
                ByteRange = selection.To is { } to ? new ByteRange(selection.From, to) : new ByteRange($"bytes={selection.From}-"),
            },
            cancellationToken);
}
