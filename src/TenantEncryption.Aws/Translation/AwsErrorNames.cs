using System.Net;
using Amazon.Runtime;
using TenantEncryption.Errors;

namespace TenantEncryption.Aws.Translation;

/// <summary>
/// The error names whose meaning needs no second look, for any AWS service (AWS KMS API reference, "Common Errors" and the errors of
/// each operation; the retryable names are those of the SDKs' standard retry mode).
/// </summary>
internal static class AwsErrorNames
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.Ordinal)
    {
        ["AccessDeniedException"] = ErrorCodes.PolicyDenied,
        ["AccessDenied"] = ErrorCodes.PolicyDenied,
        ["NotAuthorized"] = ErrorCodes.PolicyDenied,
        ["NotAuthorizedException"] = ErrorCodes.PolicyDenied,

        ["UnrecognizedClientException"] = ErrorCodes.CredentialsInvalid,
        ["InvalidClientTokenId"] = ErrorCodes.CredentialsInvalid,
        ["InvalidClientTokenIdException"] = ErrorCodes.CredentialsInvalid,
        ["InvalidAccessKeyId"] = ErrorCodes.CredentialsInvalid,
        ["InvalidSignatureException"] = ErrorCodes.CredentialsInvalid,
        ["SignatureDoesNotMatch"] = ErrorCodes.CredentialsInvalid,
        ["IncompleteSignature"] = ErrorCodes.CredentialsInvalid,
        ["IncompleteSignatureException"] = ErrorCodes.CredentialsInvalid,
        ["MissingAuthenticationToken"] = ErrorCodes.CredentialsInvalid,
        ["MissingAuthenticationTokenException"] = ErrorCodes.CredentialsInvalid,
        ["ExpiredToken"] = ErrorCodes.CredentialsInvalid,
        ["ExpiredTokenException"] = ErrorCodes.CredentialsInvalid,
        ["InvalidToken"] = ErrorCodes.CredentialsInvalid,
        ["TokenRefreshRequired"] = ErrorCodes.CredentialsInvalid,
        ["RequestExpired"] = ErrorCodes.CredentialsInvalid,
        ["AuthFailure"] = ErrorCodes.CredentialsInvalid,
        ["OptInRequired"] = ErrorCodes.CredentialsInvalid,

        ["ThrottlingException"] = ErrorCodes.Throttled,
        ["Throttling"] = ErrorCodes.Throttled,
        ["ThrottledException"] = ErrorCodes.Throttled,
        ["RequestThrottled"] = ErrorCodes.Throttled,
        ["RequestThrottledException"] = ErrorCodes.Throttled,
        ["RequestLimitExceeded"] = ErrorCodes.Throttled,
        ["LimitExceededException"] = ErrorCodes.Throttled,
        ["TooManyRequestsException"] = ErrorCodes.Throttled,
        ["PriorRequestNotComplete"] = ErrorCodes.Throttled,
        ["SlowDown"] = ErrorCodes.Throttled,

        ["DisabledException"] = ErrorCodes.KeyDisabled,
        ["InvalidArnException"] = ErrorCodes.InvalidArn,
    };

    /// <summary>The code of an answer by its name and status, or <see langword="null"/> when these do not decide.</summary>
    public static string? Code(AmazonServiceException answer)
    {
        if (answer.ErrorCode is { } name && Codes.TryGetValue(name, out string? code))
        {
            return code;
        }

        return answer.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => ErrorCodes.Throttled,
            // A server error decides nothing about the caller or the key: it is no answer, so that a replica may be asked.
            >= HttpStatusCode.InternalServerError => ErrorCodes.KmsUnreachable,
            _ => null,
        };
    }
}
