using Amazon.Runtime;
using Amazon.S3.Model;
using TenantEncryption.Errors;
using TenantEncryption.S3.Calls;
using TenantEncryption.S3.Objects;
using TenantEncryption.S3.Translation;
using TenantEncryption.Spaces;

namespace TenantEncryption.S3.Writing;

/// <summary>
/// What became of a write. Its answer may be lost after it was done, and a repeated one meets the object that the first one wrote: the condition then does not
/// hold because of ourselves. The object there tells by the message id in its metadata.
/// </summary>
internal sealed class Settlement(S3Exchange exchange, string bucket)
{
    /// <summary>Finds out what became of a write that threw.</summary>
    /// <param name="what">What was to be put.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="thrown">What it threw.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object, when it was put after all.</returns>
    /// <exception cref="TenantEncryptionException">It was not, or that is not known.</exception>
    public async Task<ObjectState> SettleAsync(NewObject what, string operation, Exception thrown, CancellationToken cancellationToken)
    {
        TenantEncryptionException error = exchange.Translate(thrown, operation, bucket, what.Key, cancellationToken);
        bool isUnknown = S3Errors.IsUnknown(thrown);
        bool isRefused = S3Errors.IsPrecondition(thrown) || S3Errors.IsConflict(thrown);

        // An upload that is completed is gone; so is one that a repeated call completes (NoSuchUpload).
        if (!isUnknown && !isRefused && thrown is not AmazonServiceException { ErrorCode: "NoSuchUpload" } && error.Code != ErrorCodes.SourceNotFound)
        {
            throw error;
        }

        ObjectState? there = await FindAsync(what.Key, null, isUnknown, error, cancellationToken).ConfigureAwait(false);
        if (there is not null && there.Length == what.Length && IsSame(what, there))
        {
            return there;
        }

        throw isUnknown ? Unknown(error, what)
            : there is not null && what.Condition.ETag is null ? new TenantEncryptionException(ErrorCodes.OutputExists, $"'{S3Errors.Name(bucket, what.Key)}' exists already.", error)
            : error.Code == ErrorCodes.SourceNotFound ? new TenantEncryptionException(ErrorCodes.ObjectChanged, $"'{S3Errors.Name(bucket, what.Key)}' was removed meanwhile.", error)
            : error;
    }

    /// <summary>Asks for an object.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="versionId">A version.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its state; <see langword="null"/> when there is none.</returns>
    public async Task<ObjectState?> FindAsync(string key, string? versionId, CancellationToken cancellationToken)
    {
        try
        {
            GetObjectMetadataResponse answer = await exchange.TryAsync(
                "s3:HeadObject",
                client => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key, VersionId = versionId }, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return ObjectHeaders.State(key, answer);
        }
        catch (AmazonServiceException answer) when (S3Errors.IsAbsent(answer))
        {
            return null;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            throw exchange.Translate(exception, "s3:HeadObject", bucket, key, cancellationToken);
        }
    }

    private static bool IsSame(NewObject what, ObjectState there) =>
        what.Settings.Metadata.TryGetValue(ObjectHints.Message, out string? id) && there.Metadata.GetValueOrDefault(ObjectHints.Message) == id;

    private async Task<ObjectState?> FindAsync(string key, string? versionId, bool isUnknown, TenantEncryptionException error, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(key, versionId, cancellationToken).ConfigureAwait(false);
        }
        catch (TenantEncryptionException) when (!isUnknown)
        {
            throw error;
        }
    }

    private TenantEncryptionException Unknown(TenantEncryptionException error, NewObject what) => new(
        ErrorCodes.SpaceUnreachable,
        $"Whether '{S3Errors.Name(bucket, what.Key)}' was written is not known; it was not there afterwards. {error.Detail}",
        error)
    {
        Operation = error.Operation,
        Region = error.Region,
        RequestId = error.RequestId,
    };
}
