using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.Errors;
using TenantEncryption.S3.Calls;

namespace TenantEncryption.S3.Writing;

/// <summary>
/// Whether an endpoint minds conditions: it is asked to put an object in the place of one that there is not, which must fail (If-Match on a key without object
/// is 404 at Amazon S3, 412 at others). One that does it nevertheless would lose what other writers wrote. Asked once a bucket, and once more before its first
/// upload in parts, as there are endpoints that know conditions of the one and not of the other.
/// </summary>
internal sealed class ConditionProbe(S3Exchange exchange, string bucket) : IDisposable
{
    // No object has it: S3's entity tags of one part are MD5 sums, and of several have a number behind.
    private const string NoTag = "\"tenant-encryption\"";

    private const string NothingsChecksum = "AAAAAAAAAAA=";

    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _put;
    private volatile bool _complete;

    /// <summary>Requires that PutObject minds conditions.</summary>
    /// <param name="key">A key that is about to be written: what its name allows, the probe's allows, too.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="TenantEncryptionException"><c>SPACE_UNSUITABLE</c>, and what keeps from asking.</exception>
    public ValueTask RequirePutAsync(string key, CancellationToken cancellationToken) =>
        _put ? ValueTask.CompletedTask : RequireAsync(() => _put, () => _put = true, key, PutAsync, "PutObject", cancellationToken);

    /// <summary>Requires that CompleteMultipartUpload minds conditions.</summary>
    /// <param name="key">A key that is about to be written.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <exception cref="TenantEncryptionException"><c>SPACE_UNSUITABLE</c>, and what keeps from asking.</exception>
    public ValueTask RequireCompleteAsync(string key, CancellationToken cancellationToken) =>
        _complete ? ValueTask.CompletedTask : RequireAsync(() => _complete, () => _complete = true, key, CompleteAsync, "CompleteMultipartUpload", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async ValueTask RequireAsync(
        Func<bool> isKnown, Action note, string key, Func<IAmazonS3, string, CancellationToken, Task<string?>> write, string operation, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (isKnown())
            {
                return;
            }

            string probe = $"{key}.probe-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
            string? versionId;
            try
            {
                versionId = await exchange.TryAsync($"s3:{operation}", client => write(client, probe, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (AmazonServiceException answer) when (IsRefusal(answer))
            {
                note();
                return;
            }
            catch (AmazonServiceException answer) when (answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented)
            {
                throw new TenantEncryptionException(
                    ErrorCodes.SpaceUnsuitable, $"The endpoint of 's3://{bucket}' takes no condition for {operation}: {answer.ErrorCode}.", answer);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
            {
                throw exchange.Translate(exception, $"s3:{operation}", bucket, key, cancellationToken);
            }

            await exchange.SendAsync(
                "s3:DeleteObject",
                bucket,
                probe,
                client => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = bucket, Key = probe, VersionId = versionId }, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            throw new TenantEncryptionException(
                ErrorCodes.SpaceUnsuitable,
                $"The endpoint of 's3://{bucket}' wrote an object though the condition of {operation} did not hold (If-Match on a key without object).");
        }
        finally
        {
            _gate.Release();
        }
    }

    // NoSuchBucket is a 404, too.
    private static bool IsRefusal(AmazonServiceException answer) =>
        answer.ErrorCode is "NoSuchKey" or "PreconditionFailed" or "ConditionalRequestConflict" || answer.StatusCode == HttpStatusCode.PreconditionFailed;

    private async Task<string?> PutAsync(IAmazonS3 client, string key, CancellationToken cancellationToken)
    {
        using var nothing = new MemoryStream();
        PutObjectResponse answer = await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = bucket,
                Key = key,
                InputStream = nothing,
                IfMatch = NoTag,
                // A bucket with a default retention looks for a checksum before it looks at the condition (API reference of PutObject).
                ChecksumAlgorithm = ChecksumAlgorithm.CRC64NVME,
                ChecksumCRC64NVME = NothingsChecksum,
                UseChunkEncoding = false,
            },
            cancellationToken).ConfigureAwait(false);
        return answer.VersionId;
    }

    private async Task<string?> CompleteAsync(IAmazonS3 client, string key, CancellationToken cancellationToken)
    {
        InitiateMultipartUploadResponse begun = await client.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = bucket, Key = key }, cancellationToken).ConfigureAwait(false);
        try
        {
            using var one = new MemoryStream([0]);
            UploadPartResponse part = await client.UploadPartAsync(
                new UploadPartRequest { BucketName = bucket, Key = key, UploadId = begun.UploadId, PartNumber = 1, PartSize = 1, InputStream = one, UseChunkEncoding = false },
                cancellationToken).ConfigureAwait(false);
            CompleteMultipartUploadResponse answer = await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = bucket,
                    Key = key,
                    UploadId = begun.UploadId,
                    PartETags = [new PartETag { PartNumber = 1, ETag = part.ETag }],
                    IfMatch = NoTag,
                },
                cancellationToken).ConfigureAwait(false);
            return answer.VersionId;
        }
        catch
        {
            await PartsUpload.AbortAsync(client, bucket, key, begun.UploadId).ConfigureAwait(false);
            throw;
        }
    }
}
