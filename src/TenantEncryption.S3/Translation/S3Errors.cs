using System.Net;
using Amazon.Runtime;
using TenantEncryption.Aws.Translation;
using TenantEncryption.Errors;

namespace TenantEncryption.S3.Translation;

/// <summary>
/// The one translation from what the SDK throws for a call of S3 to our codes. Names are compared as S3 sends them (Amazon S3 API reference, "Error
/// responses"); an answer to HEAD has none, so that its status decides.
/// </summary>
internal static class S3Errors
{
    /// <summary>Translates.</summary>
    /// <param name="exception">What the SDK threw.</param>
    /// <param name="site">What was called.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The object's key; <see langword="null"/> for a call that names none.</param>
    /// <returns>The error to throw.</returns>
    public static TenantEncryptionException Of(Exception exception, CallSite site, string bucket, string? key)
    {
        string name = Name(bucket, key);
        switch (exception)
        {
            // Who is asked for credentials is not S3.
            case TenantEncryptionException { Code: ErrorCodes.KmsUnreachable } sts:
                return site.Error(ErrorCodes.SpaceUnreachable, sts.Detail, sts);
            case TenantEncryptionException ours:
                return ours;
            case AmazonServiceException answer when answer.StatusCode != 0:
                (string code, string detail) = Decide(answer, site, bucket, name);
                string said = CallSite.Said(answer);
                string told = answer.ErrorCode is { Length: > 0 } given ? CallSite.Quote(given) : $"HTTP {(int)answer.StatusCode}";
                return site.Error(code, $"{detail} S3: {told}{(said.Length > 0 ? $", {said}" : ".")}", answer, answer.RequestId);
            case AmazonUnmarshallingException unreadable:
                return site.Error(ErrorCodes.SpaceUnreachable, $"What answered for '{name}' is not S3: the answer can't be read.", unreadable);
        }

        return NetworkErrors.Describe(exception) is { } fault
            ? site.Error(ErrorCodes.SpaceUnreachable, $"The endpoint of 's3://{bucket}' gave no answer: {fault}.", exception)
            : site.Error(ErrorCodes.Unknown, $"The call for '{name}' failed: {CallSite.Quote(exception.Message)}", exception);
    }

    /// <summary>Whether S3 says that there is no such object.</summary>
    public static bool IsAbsent(AmazonServiceException answer) =>
        answer.ErrorCode is "NoSuchKey" or "NoSuchVersion" || (answer.StatusCode == HttpStatusCode.NotFound && answer.ErrorCode is "NotFound" or "" or null);

    /// <summary>Whether a condition did not hold.</summary>
    public static bool IsPrecondition(Exception exception) =>
        exception is AmazonServiceException answer && (answer.StatusCode == HttpStatusCode.PreconditionFailed || answer.ErrorCode == "PreconditionFailed");

    /// <summary>Whether another writer was at the same object at the same time: the call may be made again.</summary>
    public static bool IsConflict(Exception exception) =>
        exception is AmazonServiceException answer && (answer.ErrorCode is "ConditionalRequestConflict" or "OperationAborted");

    /// <summary>Whether the answer leaves open if the call was done.</summary>
    public static bool IsUnknown(Exception exception) => exception is not TenantEncryptionException
        && (exception is not AmazonServiceException answer || answer.StatusCode == 0 || (int)answer.StatusCode >= 500);

    /// <summary>What an object is called.</summary>
    public static string Name(string bucket, string? key) => key is null ? $"s3://{bucket}" : $"s3://{bucket}/{key}";

    private static (string Code, string Detail) Decide(AmazonServiceException answer, CallSite site, string bucket, string name)
    {
        switch (answer.ErrorCode)
        {
            case "NoSuchBucket":
                return (ErrorCodes.SpaceNotFound, $"There is no bucket '{bucket}'.");
            case "InvalidObjectState":
                return (ErrorCodes.ObjectArchived, $"'{name}' is in an archive.");
            case "PermanentRedirect" or "TemporaryRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException":
                return (ErrorCodes.WrongRegion, $"The bucket '{bucket}' is not in {site.Region}, which was asked.");
            case "NotImplemented" or "UnsupportedOperation":
                return (ErrorCodes.SpaceUnsuitable, $"The endpoint does not know {site.Operation} as it was asked for '{name}'.");
            case "BadDigest" or "InvalidDigest" or "XAmzContentChecksumMismatch" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout":
                return (ErrorCodes.SpaceUnreachable, $"What was sent to '{name}' came otherwise, or not whole.");
            case "EntityTooLarge":
                return (ErrorCodes.LimitExceeded, $"'{name}' would be larger than the endpoint allows.");
            case "InvalidBucketName" or "KeyTooLongError" or "InvalidURI" or "InvalidTag" or "InvalidStorageClass" or "MetadataTooLarge":
                return (ErrorCodes.InvalidInput, $"The endpoint does not take '{name}' so.");
            case "RequestTimeTooSkewed":
                return (ErrorCodes.CredentialsInvalid, "The clock of this machine is wrong.");
            case { } kms when kms.StartsWith("KMS.", StringComparison.Ordinal):
                return (ErrorCodes.SpaceDenied, $"The key that the bucket encrypts with does not serve '{name}'.");
        }

        if (S3Errors.IsAbsent(answer))
        {
            return (ErrorCodes.SourceNotFound, $"There is no object '{name}'.");
        }

        if (IsPrecondition(answer) || IsConflict(answer))
        {
            return (ErrorCodes.ObjectChanged, $"'{name}' was replaced or changed meanwhile.");
        }

        return AwsErrorNames.Code(answer) switch
        {
            ErrorCodes.CredentialsInvalid => (ErrorCodes.CredentialsInvalid, $"S3 takes the credentials for invalid, asked for '{name}'."),
            ErrorCodes.Throttled => (ErrorCodes.Throttled, $"S3 asks for fewer calls, after several tries for '{name}'."),
            ErrorCodes.KmsUnreachable when answer.ErrorCode is "ServiceUnavailable" or "ReducedRequestRate" => (ErrorCodes.Throttled, $"S3 asks for fewer calls, after several tries for '{name}'."),
            ErrorCodes.KmsUnreachable => (ErrorCodes.SpaceUnreachable, $"The endpoint of 's3://{bucket}' had an error of its own."),
            _ => answer.StatusCode switch
            {
                HttpStatusCode.Forbidden => (ErrorCodes.SpaceDenied, $"{site.Operation} is not allowed for '{name}'."),
                HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => (ErrorCodes.WrongRegion, $"The bucket '{bucket}' is not in {site.Region}, which was asked."),
                HttpStatusCode.RequestedRangeNotSatisfiable => (ErrorCodes.InvalidInput, $"'{name}' ends before the part that was asked for."),
                _ => (ErrorCodes.Unknown, $"{site.Operation} failed for '{name}'."),
            },
        };
    }
}
