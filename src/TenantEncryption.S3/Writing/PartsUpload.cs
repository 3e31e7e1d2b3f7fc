using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.S3.Bodies;
using TenantEncryption.S3.Calls;
using TenantEncryption.S3.Objects;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Writing;

/// <summary>
/// Puts a large object in parts, several at once, while its content is written. The object appears when it is completed, on its condition; until then, and when
/// anything fails, there is none. What a killed process leaves of an upload costs storage until the bucket's lifecycle aborts it.
/// </summary>
/// <param name="exchange">Makes the calls.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="budget">What may be held at once.</param>
internal sealed class PartsUpload(S3Exchange exchange, string bucket, ByteBudget budget)
{
    /// <summary>The most parts of an object (Amazon S3 user guide, "Multipart upload limits").</summary>
    public const int MostParts = 10_000;

    /// <summary>The usual length of a part, in bytes.</summary>
    public const int PartLength = 8 << 20;

    // Two keep a connection busy while the next part is encrypted; a third evens out what one of them waits for.
    private const int AtOnce = 3;

    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(10);

    /// <summary>Puts an object.</summary>
    /// <param name="what">The object.</param>
    /// <param name="partLength">The length of its parts but the last.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="settlement">Finds out what became of a completion whose answer was lost.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The object.</returns>
    /// <exception cref="TenantEncryptionException">It was not put.</exception>
    public async Task<ObjectState> PutAsync(
        NewObject what, int partLength, Func<Stream, CancellationToken, Task> write, Settlement settlement, CancellationToken cancellationToken)
    {
        string uploadId = await BeginAsync(what, cancellationToken).ConfigureAwait(false);
        try
        {
            PartETag[] parts = await SendAsync(what, uploadId, partLength, write, cancellationToken).ConfigureAwait(false);
            return await CompleteAsync(what, uploadId, parts, settlement, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Task<bool> aborted = exchange.TryAsync("s3:AbortMultipartUpload", client => AbortAsync(client, bucket, what.Key, uploadId), CancellationToken.None);
            await ((Task)aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>Gives an upload up, within a time. One that was completed, or can't be reached, stays as it is: the bucket's lifecycle is there for that.</summary>
    /// <param name="client">Makes the call.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object's key.</param>
    /// <param name="uploadId">The upload.</param>
    /// <returns>Whether it is gone.</returns>
    public static async Task<bool> AbortAsync(IAmazonS3 client, string bucket, string key, string uploadId)
    {
        using var limit = new CancellationTokenSource(AbortLimit);
        Task aborted = client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = uploadId }, limit.Token);
        await aborted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return aborted.IsCompletedSuccessfully;
    }

    private async Task<string> BeginAsync(NewObject what, CancellationToken cancellationToken)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = bucket,
            Key = what.Key,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC64NVME,
            ChecksumType = ChecksumType.FULL_OBJECT,
        };
        ObjectHeaders.Apply(what.Settings, request);
        InitiateMultipartUploadResponse answer = await exchange.SendAsync(
            "s3:CreateMultipartUpload", bucket, what.Key, client => client.InitiateMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        return answer.UploadId;
    }

    private async Task<PartETag[]> SendAsync(
        NewObject what, string uploadId, int partLength, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var sent = new List<Task<PartETag>>();
        using var turns = new SemaphoreSlim(AtOnce);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TenantEncryptionException? failure = null;
        var stream = new PartStream(
            what.Length,
            (left, token) => MessagePart.TakeAsync(budget, (int)Math.Min(left, partLength), token),
            async (part, token) =>
            {
                await turns.WaitAsync(token).ConfigureAwait(false);
                sent.Add(SendPartAsync(part, sent.Count + 1));
            });
        await using ConfiguredAsyncDisposable disposed = stream.ConfigureAwait(false);
        try
        {
            await write(stream, stop.Token).ConfigureAwait(false);
            stream.RequireWhole();
            return await Task.WhenAll(sent).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(sent)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();

            // A part that failed has stopped the writer.
            if (failure is not null && failure != exception)
            {
                throw failure;
            }

            throw;
        }

        async Task<PartETag> SendPartAsync(MessagePart part, int number)
        {
            try
            {
                return await exchange.SendAsync("s3:UploadPart", bucket, what.Key, client => SendOneAsync(client, part, number), stop.Token).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                part.Dispose();
                turns.Release();
            }
        }

        async Task<PartETag> SendOneAsync(IAmazonS3 client, MessagePart part, int number)
        {
            using MemoryStream content = part.Open();
            UploadPartResponse answer = await client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = what.Key,
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = part.Filled,
                    InputStream = content,
                    ChecksumCRC64NVME = part.Checksum,
                    UseChunkEncoding = false,
                    DisablePayloadSigning = PayloadSigning.IsLeftOut(client),
                },
                stop.Token).ConfigureAwait(false);
            return new PartETag { PartNumber = number, ETag = answer.ETag, ChecksumCRC64NVME = part.Checksum };
        }
    }

    private async Task<ObjectState> CompleteAsync(NewObject what, string uploadId, PartETag[] parts, Settlement settlement, CancellationToken cancellationToken)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = bucket,
            Key = what.Key,
            UploadId = uploadId,
            PartETags = [.. parts],
            ChecksumType = ChecksumType.FULL_OBJECT,
            MpuObjectSize = what.Length,
            IfMatch = what.Condition.ETag,
            IfNoneMatch = what.Condition.ETag is null ? "*" : null,
        };
        const string Operation = "s3:CompleteMultipartUpload";
        try
        {
            CompleteMultipartUploadResponse answer = await exchange.TryAsync(
                Operation, client => client.CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new ObjectState
            {
                Key = what.Key,
                ETag = answer.ETag,
                VersionId = ObjectHeaders.Version(answer.VersionId),
                Length = what.Length,
                Metadata = what.Settings.Metadata,
            };
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            return await settlement.SettleAsync(what, Operation, exception, cancellationToken).ConfigureAwait(false);
        }
    }
}
