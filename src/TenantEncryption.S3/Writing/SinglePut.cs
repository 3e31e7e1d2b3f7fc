using Amazon.S3;
using Amazon.S3.Model;
using TenantEncryption.S3.Bodies;
using TenantEncryption.S3.Calls;
using TenantEncryption.S3.Objects;
using TenantEncryption.S3.Translation;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Writing;

/// <summary>
/// Puts an object by one call. Its content is held until it is there: a call that has to be made again sends the same bytes, as writing the message a second time
/// from a source that changed would encrypt two plaintexts under one key and nonce.
/// </summary>
/// <param name="exchange">Makes the calls.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="budget">What may be held at once.</param>
internal sealed class SinglePut(S3Exchange exchange, string bucket, ByteBudget budget)
{
    // S3 asks to try again when two writers were at one key at the same time (409, API reference of PutObject).
    private const int Conflicts = 5;

    /// <summary>Puts an object.</summary>
    /// <param name="what">The object.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="settlement">Finds out what became of a call whose answer was lost.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The object.</returns>
    /// <exception cref="TenantEncryptionException">It was not put.</exception>
    public async Task<ObjectState> PutAsync(NewObject what, Func<Stream, CancellationToken, Task> write, Settlement settlement, CancellationToken cancellationToken)
    {
        using MessagePart whole = await MessagePart.TakeAsync(budget, (int)what.Length, cancellationToken).ConfigureAwait(false);
        var stream = new PartStream(what.Length, (_, _) => ValueTask.FromResult(whole), (_, _) => ValueTask.CompletedTask);
        await using (stream.ConfigureAwait(false))
        {
            await write(stream, cancellationToken).ConfigureAwait(false);
            stream.RequireWhole();
        }

        const string Operation = "s3:PutObject";
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await exchange.TryAsync(Operation, client => PutOnceAsync(client, what, whole, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception conflict) when (attempt < Conflicts && S3Errors.IsConflict(conflict))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 100) * attempt), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not ObjectDisposedException)
            {
                return await settlement.SettleAsync(what, Operation, exception, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<ObjectState> PutOnceAsync(IAmazonS3 client, NewObject what, MessagePart whole, CancellationToken cancellationToken)
    {
        using MemoryStream content = whole.Open();
        var request = new PutObjectRequest
        {
            BucketName = bucket,
            Key = what.Key,
            InputStream = content,
            AutoCloseStream = false,
            IfMatch = what.Condition.ETag,
            IfNoneMatch = what.Condition.ETag is null ? "*" : null,
            // Objects under Object Lock are taken with the name of the checksum, too (API reference of PutObject).
            ChecksumAlgorithm = ChecksumAlgorithm.CRC64NVME,
            ChecksumCRC64NVME = whole.Checksum,
            UseChunkEncoding = false,
            DisablePayloadSigning = PayloadSigning.IsLeftOut(client),
        };
        ObjectHeaders.Apply(what.Settings, request);
        PutObjectResponse answer = await client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
        return new ObjectState
        {
            Key = what.Key,
            ETag = answer.ETag,
            VersionId = ObjectHeaders.Version(answer.VersionId),
            Length = what.Length,
            Metadata = what.Settings.Metadata,
        };
    }
}
