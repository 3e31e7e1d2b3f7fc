using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using TenantEncryption.Errors;

namespace TenantEncryption.Aws.Translation;

/// <summary>
/// The one translation from what the SDK throws for a KMS call to our codes. Names are compared as AWS sends them, not by the SDK's
/// types, since not every operation has a type for every name.
/// </summary>
internal static class KmsErrors
{
    /// <summary>Whether only DescribeKey can tell what an error means, its message being silent.</summary>
    public static bool NeedsDescription(Exception exception) => exception is AmazonServiceException answer && answer.ErrorCode switch
    {
        "KMSInvalidStateException" => StateInMessage(answer.Message) is null,
        "InvalidKeyUsageException" => UsageInMessage(answer.Message) is null,
        "UnsupportedOperationException" => UsageInMessage(answer.Message) is null,
        _ => false,
    };

    /// <summary>Translates.</summary>
    /// <param name="exception">What the SDK threw.</param>
    /// <param name="site">What was called.</param>
    /// <param name="described">The key's facts, when <see cref="NeedsDescription"/> asked for them and KMS told them.</param>
    /// <returns>The error to throw.</returns>
    public static TenantEncryptionException Of(Exception exception, CallSite site, KeyMetadata? described)
    {
        if (NetworkErrors.Chain(exception).OfType<AnswerTooLongException>().Any())
        {
            return site.Error(ErrorCodes.KmsUnreachable, "What answered is not AWS KMS: the answer is longer than 1 MiB.");
        }

        switch (exception)
        {
            case TenantEncryptionException ours:
                return ours;

            // Its text quotes the body of the answer, in which there may be a plaintext key: not even the inner exception is kept.
            case AmazonUnmarshallingException unreadable:
                return unreadable.RequestId is { Length: > 0 }
                    ? site.Error(ErrorCodes.Unknown, "The answer of AWS KMS can't be read.", null, unreadable.RequestId)
                    : site.Error(ErrorCodes.KmsUnreachable, "What answered is not AWS KMS: the answer can't be read.");

            case AmazonServiceException answer when answer.StatusCode != 0:
                return OfAnswer(answer, site, described);
        }

        if (NetworkErrors.Describe(exception) is { } fault)
        {
            return site.Error(ErrorCodes.KmsUnreachable, $"AWS KMS in {site.Region} gave no answer: {fault}.", exception);
        }

        return site.Error(ErrorCodes.Unknown, $"The call failed: {CallSite.Quote(exception.Message)}", exception);
    }

    private static TenantEncryptionException OfAnswer(AmazonServiceException answer, CallSite site, KeyMetadata? described)
    {
        (string code, string detail) = Decide(answer, site, described);
        string said = CallSite.Said(answer);
        string name = answer.ErrorCode is { Length: > 0 } given ? CallSite.Quote(given) : $"HTTP {(int)answer.StatusCode}";
        return site.Error(code, $"{detail} AWS: {name}{(said.Length > 0 ? $", {said}" : ".")}", answer, answer.RequestId);
    }

    private static (string Code, string Detail) Decide(AmazonServiceException answer, CallSite site, KeyMetadata? described)
    {
        string message = answer.Message ?? "";
        switch (answer.ErrorCode)
        {
            case "NotFoundException" when message.StartsWith("Invalid arn", StringComparison.OrdinalIgnoreCase):
                return (ErrorCodes.WrongRegion, $"The key's ARN is of another region than {site.Region}, which was asked.");
            case "NotFoundException" when message.StartsWith("Invalid keyId", StringComparison.OrdinalIgnoreCase):
                return (ErrorCodes.InvalidArn, "AWS KMS takes the key identifier for malformed.");
            case "NotFoundException" when site.Operation is "kms:RevokeGrant" or "kms:RetireGrant"
                && message.Contains("grant", StringComparison.OrdinalIgnoreCase):
            case "InvalidGrantIdException":
                return (ErrorCodes.GrantNotFound, $"The key '{site.KeyId}' has no such grant.");
            case "NotFoundException":
                return (ErrorCodes.KeyNotFound, $"There is no key or alias '{site.KeyId}' in {site.Region}.");

            case "KMSInvalidStateException" when site.Operation == "kms:CancelKeyDeletion":
                return (ErrorCodes.InvalidInput, $"The key '{site.KeyId}' is not pending deletion.");
            case "KMSInvalidStateException":
                string state = StateInMessage(message) ?? described?.KeyState?.Value ?? "unknown";
                return (CodeOfState(state), $"The key's state ({state}) does not allow {site.Operation}.");

            case "InvalidKeyUsageException" or "UnsupportedOperationException"
                when (UsageInMessage(message) ?? UsageOf(described)) is { } usageCode:
                return usageCode == ErrorCodes.InvalidKeySpec
                    ? (usageCode, "The key is not a symmetric encryption key (SYMMETRIC_DEFAULT).")
                    : (usageCode, "The key's usage is not ENCRYPT_DECRYPT.");
            case "InvalidKeyUsageException":
                return (ErrorCodes.InvalidKeyUsage, "The key's usage or spec does not fit the operation.");

            case "UnsupportedOperationException":
                return (ErrorCodes.InvalidInput, $"AWS KMS does not support {site.Operation} for such a key, or in {site.Region}.");

            case "IncorrectKeyException":
                return (ErrorCodes.WrongKey, "The ciphertext was made under another KMS key than the one named.");
            case "InvalidCiphertextException":
                return (
                    ErrorCodes.WrongKey,
                    "The ciphertext does not verify: it was altered, or the encryption context is not that of the encryption.");

            case "MalformedPolicyDocumentException":
                return (ErrorCodes.MalformedPolicy, "AWS KMS does not take the key policy.");
            case "AlreadyExistsException" when site.Operation == "kms:ReplicateKey":
                return (ErrorCodes.ReplicaExists, $"The key '{site.KeyId}' has a key in the replica's region already.");
            case "AlreadyExistsException":
                return (ErrorCodes.AliasExists, $"The alias is in use in {site.Region}.");
            case "InvalidAliasNameException" or "TagException" or "InvalidGrantTokenException" or "InvalidMarkerException":
                return (ErrorCodes.InvalidInput, "AWS KMS does not take a value of the request.");
            case "LimitExceededException":
                return (ErrorCodes.LimitExceeded, $"A quota of AWS KMS in {site.Region} is used up, or the request has more than it takes.");
            case "ConflictException":
                return (ErrorCodes.KeyUnavailable, $"AWS KMS works on the key '{site.KeyId}' already.");

            case "ValidationException" when message.Contains("keyId", StringComparison.OrdinalIgnoreCase):
                return (ErrorCodes.InvalidArn, "AWS KMS takes the key identifier for malformed.");
            case "ValidationException" when message.Contains("ciphertext", StringComparison.OrdinalIgnoreCase):
                return (ErrorCodes.WrongKey, "What was to be decrypted is not a ciphertext of AWS KMS.");
            case "ValidationException":
                return (ErrorCodes.InvalidInput, "AWS KMS takes the request for malformed.");

            case { } name when name.StartsWith("CustomKeyStore", StringComparison.Ordinal)
                || name.StartsWith("CloudHsm", StringComparison.Ordinal) || name.StartsWith("Xks", StringComparison.Ordinal):
                return (ErrorCodes.KeyUnavailable, "The custom key store that holds the key is not connected, or not as AWS KMS needs it.");
        }

        if (AwsErrorNames.Code(answer) is { } code)
        {
            return (code, DetailOf(code, site));
        }

        // No name that AWS gives its errors and no request id: a proxy, a portal or some other web server.
        bool isAws = answer.RequestId is { Length: > 0 } || (answer.ErrorCode ?? "").EndsWith("Exception", StringComparison.Ordinal);
        return isAws
            ? (ErrorCodes.Unknown, $"AWS KMS refused {site.Operation} for a cause that is not known here.")
            : (ErrorCodes.KmsUnreachable, "What answered is not AWS KMS.");
    }

    private static string DetailOf(string code, CallSite site) => code switch
    {
        ErrorCodes.PolicyDenied => $"{site.Operation}{(site.KeyId is null ? "" : $" on '{site.KeyId}'")} is denied to these credentials.",
        ErrorCodes.CredentialsInvalid => "AWS KMS does not accept the credentials.",
        ErrorCodes.Throttled => $"AWS KMS in {site.Region} refused {site.Operation} for its rate or quota.",
        ErrorCodes.KeyDisabled => $"The key '{site.KeyId}' is disabled.",
        ErrorCodes.InvalidArn => "AWS KMS takes the key identifier for malformed, or does not take it for this operation.",
        _ => $"AWS KMS in {site.Region} had an error of its own.",
    };

    /// <summary>The words of KMS's messages, such as "arn:… is pending deletion."; the states are those of the Developer Guide.</summary>
    private static string? StateInMessage(string? message)
    {
        (string Words, string State)[] known =
        [
            ("pending replica deletion", "PendingReplicaDeletion"), ("pendingreplicadeletion", "PendingReplicaDeletion"),
            ("pending deletion", "PendingDeletion"), ("pendingdeletion", "PendingDeletion"),
            ("pending import", "PendingImport"), ("pendingimport", "PendingImport"),
            ("is disabled", "Disabled"), ("is creating", "Creating"), ("is updating", "Updating"), ("is unavailable", "Unavailable"),
        ];
        return known.FirstOrDefault(entry => message?.Contains(entry.Words, StringComparison.OrdinalIgnoreCase) ?? false).State;
    }

    private static string CodeOfState(string state) => state switch
    {
        "Disabled" => ErrorCodes.KeyDisabled,
        "PendingDeletion" or "PendingReplicaDeletion" => ErrorCodes.KeyPendingDeletion,
        "PendingImport" => ErrorCodes.KeyPendingImport,
        _ => ErrorCodes.KeyUnavailable,
    };

    /// <summary>
    /// KMS says "… key usage is SIGN_VERIFY which is not valid for Encrypt." and "Algorithm … is incompatible with key spec RSA_4096."
    /// </summary>
    private static string? UsageInMessage(string? message) =>
        message is null ? null
        : message.Contains("key usage", StringComparison.OrdinalIgnoreCase) ? ErrorCodes.InvalidKeyUsage
        : message.Contains("key spec", StringComparison.OrdinalIgnoreCase) ? ErrorCodes.InvalidKeySpec
        : null;

    private static string? UsageOf(KeyMetadata? described) =>
        described?.KeyUsage is { } usage && usage.Value != "ENCRYPT_DECRYPT" ? ErrorCodes.InvalidKeyUsage
        : described?.KeySpec is { } spec && spec.Value != "SYMMETRIC_DEFAULT" ? ErrorCodes.InvalidKeySpec
        : null;
}
