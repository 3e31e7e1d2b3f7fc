using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests;

/// <summary>One row for each error that AWS KMS documents for our calls, over real HTTP.</summary>
public sealed class ErrorTranslationTests
{
    [Theory]
    [InlineData("AccessDeniedException", 400, "User: arn:aws:iam::111122223333:user/x is not authorized to perform: kms:Decrypt", ErrorCodes.PolicyDenied)]
    [InlineData("NotAuthorized", 400, "You do not have permission to perform this action.", ErrorCodes.PolicyDenied)]
    [InlineData("NotFoundException", 400, "Key 'arn:aws:kms:…' does not exist", ErrorCodes.KeyNotFound)]
    [InlineData("NotFoundException", 400, "Alias arn:aws:kms:eu-west-1:111122223333:alias/x is not found.", ErrorCodes.KeyNotFound)]
    [InlineData("NotFoundException", 400, "Invalid arn eu-west-1", ErrorCodes.WrongRegion)]
    [InlineData("NotFoundException", 400, "Invalid keyId 'x'", ErrorCodes.InvalidArn)]
    [InlineData("DisabledException", 400, "arn:aws:kms:… is disabled.", ErrorCodes.KeyDisabled)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is pending deletion.", ErrorCodes.KeyPendingDeletion)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is pending replica deletion.", ErrorCodes.KeyPendingDeletion)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is pending import.", ErrorCodes.KeyPendingImport)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is disabled.", ErrorCodes.KeyDisabled)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is creating.", ErrorCodes.KeyUnavailable)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is updating.", ErrorCodes.KeyUnavailable)]
    [InlineData("KMSInvalidStateException", 400, "arn:aws:kms:… is unavailable.", ErrorCodes.KeyUnavailable)]
    [InlineData("InvalidKeyUsageException", 400, "arn:aws:kms:… key usage is SIGN_VERIFY which is not valid for Decrypt.", ErrorCodes.InvalidKeyUsage)]
    [InlineData("InvalidKeyUsageException", 400, "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_4096.", ErrorCodes.InvalidKeySpec)]
    [InlineData("IncorrectKeyException", 400, "The key ID in the request does not identify a CMK that can perform this operation.", ErrorCodes.WrongKey)]
    [InlineData("InvalidCiphertextException", 400, "", ErrorCodes.WrongKey)]
    [InlineData("InvalidArnException", 400, "Invalid ARN", ErrorCodes.InvalidArn)]
    [InlineData("ValidationException", 400, "1 validation error detected: Value '' at 'keyId' failed to satisfy constraint", ErrorCodes.InvalidArn)]
    [InlineData("ValidationException", 400, "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint", ErrorCodes.WrongKey)]
    [InlineData("ValidationException", 400, "1 validation error detected: Value at 'encryptionContext' failed", ErrorCodes.InvalidInput)]
    [InlineData("CustomKeyStoreInvalidStateException", 400, "", ErrorCodes.KeyUnavailable)]
    [InlineData("KeyUnavailableException", 500, "", ErrorCodes.KmsUnreachable)]
    [InlineData("KMSInternalException", 500, "", ErrorCodes.KmsUnreachable)]
    [InlineData("DependencyTimeoutException", 503, "", ErrorCodes.KmsUnreachable)]
    [InlineData("ServiceUnavailable", 503, "", ErrorCodes.KmsUnreachable)]
    [InlineData("InternalFailure", 500, "", ErrorCodes.KmsUnreachable)]
    [InlineData("ThrottlingException", 400, "Rate exceeded", ErrorCodes.Throttled)]
    [InlineData("LimitExceededException", 400, "", ErrorCodes.LimitExceeded)]
    [InlineData("RequestLimitExceeded", 503, "", ErrorCodes.Throttled)]
    [InlineData("Whatever", 429, "", ErrorCodes.Throttled)]
    [InlineData("UnrecognizedClientException", 400, "The security token included in the request is invalid.", ErrorCodes.CredentialsInvalid)]
    [InlineData("InvalidSignatureException", 400, "The request signature we calculated does not match", ErrorCodes.CredentialsInvalid)]
    [InlineData("ExpiredTokenException", 400, "The security token included in the request is expired", ErrorCodes.CredentialsInvalid)]
    [InlineData("ExpiredToken", 403, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("IncompleteSignature", 400, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("IncompleteSignatureException", 400, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("InvalidClientTokenId", 403, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("SignatureDoesNotMatch", 403, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("MissingAuthenticationTokenException", 400, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("RequestExpired", 400, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("OptInRequired", 403, "", ErrorCodes.CredentialsInvalid)]
    [InlineData("SomethingNewException", 400, "Nobody has heard of this", ErrorCodes.Unknown)]
    public async Task An_error_of_AWS_becomes_our_code(string name, int status, string message, string code)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error(name, status, message));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(code, error.Code);
        Assert.Equal(
            ("kms:Decrypt", StubKms.KeyArn, "eu-west-1", StubAnswer.RequestId),
            (error.Operation, error.KeyArn, error.Region, error.RequestId));
        Assert.Contains(name, error.Detail, StringComparison.Ordinal);
        Assert.Contains(message, error.Detail, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
        Assert.Single(stub.Requests);
    }

    [Theory]
    [InlineData("IncorrectKeyException", "another KMS key")]
    [InlineData("InvalidCiphertextException", "encryption context")]
    public async Task A_wrong_key_says_whether_key_or_context_is_wrong(string name, string detail)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error(name, 400, ""));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Contains(detail, error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KMSInvalidStateException", "PendingDeletion", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyPendingDeletion)]
    [InlineData("KMSInvalidStateException", "PendingReplicaDeletion", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyPendingDeletion)]
    [InlineData("KMSInvalidStateException", "PendingImport", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyPendingImport)]
    [InlineData("KMSInvalidStateException", "Disabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyDisabled)]
    [InlineData("KMSInvalidStateException", "Unavailable", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyUnavailable)]
    [InlineData("KMSInvalidStateException", "Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.KeyUnavailable)]
    [InlineData("InvalidKeyUsageException", "Enabled", "SIGN_VERIFY", "RSA_2048", ErrorCodes.InvalidKeyUsage)]
    [InlineData("InvalidKeyUsageException", "Enabled", "ENCRYPT_DECRYPT", "RSA_2048", ErrorCodes.InvalidKeySpec)]
    [InlineData("UnsupportedOperationException", "Enabled", "ENCRYPT_DECRYPT", "RSA_2048", ErrorCodes.InvalidKeySpec)]
    [InlineData("UnsupportedOperationException", "Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", ErrorCodes.InvalidInput)]
    public async Task An_error_without_words_is_explained_by_DescribeKey(string name, string state, string usage, string spec, string code)
    {
        var metadata = new { KeyMetadata = new { KeyId = "k", Arn = StubKms.KeyArn, KeyState = state, KeyUsage = usage, KeySpec = spec } };
        await using StubEndpoint stub = await StubEndpoint.StartAsync(request =>
            request.Action == "DescribeKey" ? StubAnswer.Ok(metadata) : StubAnswer.Error(name, 400, ""));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal((code, "kms:Decrypt"), (error.Code, error.Operation));
        Assert.Equal(["Decrypt", "DescribeKey"], stub.Requests.Select(request => request.Action));
    }

    [Theory]
    [InlineData("KMSInvalidStateException", ErrorCodes.KeyUnavailable)]
    [InlineData("InvalidKeyUsageException", ErrorCodes.InvalidKeyUsage)]
    public async Task An_error_without_words_stands_when_DescribeKey_is_denied(string name, string code)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(request =>
            StubAnswer.Error(request.Action == "DescribeKey" ? "AccessDeniedException" : name, 400, ""));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData(200, "<html>Please sign in to the network</html>")]
    [InlineData(404, "<html>Not Found</html>")]
    [InlineData(403, "<html>Blocked by policy</html>")]
    [InlineData(307, "")]
    [InlineData(502, "<html>Bad gateway</html>")]
    public async Task A_web_server_that_is_not_KMS_is_no_answer_of_KMS(int status, string html)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Web(status, html));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(() => StubKms.DecryptAsync(kms, stub.Url));

        Assert.Equal(ErrorCodes.KmsUnreachable, error.Code);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using StubEndpoint other = await StubEndpoint.StartAsync(_ => StubAnswer.Error("DisabledException", 400, ""));
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ =>
            StubAnswer.Web(307, "") with { Headers = new Dictionary<string, string> { ["Location"] = other.Url } });
        using AwsKms kms = StubKms.Client();

        var connection = new KmsConnection { EndpointUrl = stub.Url };
        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => kms.EncryptAsync(connection, StubKms.KeyArn, new byte[] { 1 }, StubKms.Context, default));

        Assert.Empty(other.Requests);
    }
}
