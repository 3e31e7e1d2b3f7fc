using Amazon.Runtime;
using TenantEncryption.Errors;

namespace TenantEncryption.Aws.Translation;

/// <summary>The translation of what fails before KMS is asked: finding credentials, and assuming a role.</summary>
internal static class CredentialErrors
{
    /// <summary>Translates a failure to find the credentials themselves.</summary>
    public static TenantEncryptionException OfSource(Exception exception, string sourceName, CallSite site)
    {
        string said = CallSite.Said(exception);

        // No instance metadata means: not an EC2 instance, so no credentials. Any other service that does not answer may yet do so.
        bool isMetadata = NetworkErrors.Chain(exception)
            .Any(cause => cause.Message.Contains("metadata", StringComparison.OrdinalIgnoreCase));
        return isMetadata
            ? site.Error(ErrorCodes.CredentialsInvalid, $"No credentials came from {sourceName}: {said}", exception)
            : Of(exception, site, $"No credentials came from {sourceName}: {said}", $"The service behind {sourceName}");
    }

    /// <summary>Translates a failure of sts:AssumeRole.</summary>
    public static TenantEncryptionException OfRole(Exception exception, string roleArn, CallSite site)
    {
        Exception told = (Exception?)Answer(exception) ?? exception;
        string name = told is AmazonServiceException { ErrorCode.Length: > 0 } answer ? $"{CallSite.Quote(answer.ErrorCode)}, " : "";
        return Of(
            exception,
            site with { Operation = "sts:AssumeRole" },
            $"The role '{CallSite.Quote(roleArn)}' can't be assumed: {name}{CallSite.Said(told)}",
            $"AWS STS, asked for the role '{CallSite.Quote(roleArn)}',");
    }

    private static TenantEncryptionException Of(Exception exception, CallSite site, string refusal, string service)
    {
        if (Answer(exception) is { } answer)
        {
            string code = AwsErrorNames.Code(answer) switch
            {
                ErrorCodes.Throttled => ErrorCodes.Throttled,
                ErrorCodes.KmsUnreachable => ErrorCodes.KmsUnreachable,
                _ => ErrorCodes.CredentialsInvalid,
            };
            return site.Error(code, refusal, exception, answer.RequestId);
        }

        return NetworkErrors.Describe(exception) is { } fault
            ? site.Error(ErrorCodes.KmsUnreachable, $"{service} gave no answer: {fault}.", exception)
            : site.Error(ErrorCodes.CredentialsInvalid, refusal, exception);
    }

    private static AmazonServiceException? Answer(Exception exception) =>
        NetworkErrors.Chain(exception).OfType<AmazonServiceException>().FirstOrDefault(answer => answer.StatusCode != 0);
}
