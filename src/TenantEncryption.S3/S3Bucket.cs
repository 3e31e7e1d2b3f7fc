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
        GetObjectResponse answer = await exchange.SendAsync(
            "s3:GetObject", name, key, client => GetAsync(client, key, selection, cancellationToken), cancellationToken).ConfigureAwait(false);
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
        return new ObjectContent(state, content);
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
    public async Task<ObjectSettings> ReadSettingsAsync(string key, string? versionId, CancellationToken cancellationToken)
    {
        GetObjectMetadataResponse answer = await exchange.SendAsync(
            "s3:HeadObject",
            name,
            key,
            client => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = name, Key = key, VersionId = versionId }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        ObjectSettings settings = ObjectHeaders.Settings(answer);

        // Who may not read tags is not told their number either; moto and others never tell it, so that nothing said is no answer.
        if (answer.TagsCount == 0)
        {
            return settings;
        }

        GetObjectTaggingResponse tags = await exchange.SendAsync(
            "s3:GetObjectTagging",
            name,
            key,
            client => client.GetObjectTaggingAsync(
                new GetObjectTaggingRequest { BucketName = name, Key = key, VersionId = versionId ?? ObjectHeaders.Version(answer.VersionId) }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return settings with { Tags = (tags.Tagging ?? []).ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal) };
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

    private Task<GetObjectResponse> GetAsync(IAmazonS3 client, string key, ObjectSelection selection, CancellationToken cancellationToken) =>
        client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = name,
                Key = key,
                VersionId = selection.VersionId,
                EtagToMatch = selection.ETag,
                ByteRange = selection.IsWhole ? null
                    : selection.To is { } to ? new ByteRange(selection.From, to)
                    : new ByteRange($"bytes={selection.From}-"),
            },
            cancellationToken);
}
