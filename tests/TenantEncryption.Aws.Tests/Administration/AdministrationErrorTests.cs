using TenantEncryption.Errors;
using TenantEncryption.Kms;

namespace TenantEncryption.Aws.Tests.Administration;

/// <summary>
/// Every error that the AWS KMS API reference documents for the administrative operations, over real HTTP. None ends as UNKNOWN.
/// </summary>
public sealed class AdministrationErrorTests
{
    // Of all operations; and those of some, with the code that each has there.
    private static readonly (string Name, int Status, string Code)[] Common =
    [
        ("DependencyTimeoutException", 503, ErrorCodes.KmsUnreachable),
        ("KMSInternalException", 500, ErrorCodes.KmsUnreachable),
        ("InvalidArnException", 400, ErrorCodes.InvalidArn),
        ("AccessDeniedException", 400, ErrorCodes.PolicyDenied),
        ("ThrottlingException", 400, ErrorCodes.Throttled),
        ("ValidationException", 400, ErrorCodes.InvalidInput),
        ("LimitExceededException", 400, ErrorCodes.LimitExceeded),
    ];

    private static readonly (string Name, string Code)[] OfKeys =
    [
        ("NotFoundException", ErrorCodes.KeyNotFound),
        ("DisabledException", ErrorCodes.KeyDisabled),
        ("KMSInvalidStateException", ErrorCodes.KeyUnavailable),
        ("UnsupportedOperationException", ErrorCodes.InvalidInput),
    ];

    private static readonly (string Operation, (string Name, string Code)[] Errors)[] Own =
    [
        ("CreateKey", [
            ("MalformedPolicyDocumentException", ErrorCodes.MalformedPolicy),
            ("TagException", ErrorCodes.InvalidInput),
            ("UnsupportedOperationException", ErrorCodes.InvalidInput),
            ("CloudHsmClusterInvalidConfigurationException", ErrorCodes.KeyUnavailable),
            ("CustomKeyStoreInvalidStateException", ErrorCodes.KeyUnavailable),
            ("CustomKeyStoreNotFoundException", ErrorCodes.KeyUnavailable),
            ("XksKeyNotFoundException", ErrorCodes.KeyUnavailable)]),
        ("ReplicateKey", [
            .. OfKeys,
            ("AlreadyExistsException", ErrorCodes.ReplicaExists),
            ("MalformedPolicyDocumentException", ErrorCodes.MalformedPolicy),
            ("TagException", ErrorCodes.InvalidInput)]),
        ("CreateAlias", [
            .. OfKeys,
            ("AlreadyExistsException", ErrorCodes.AliasExists),
            ("InvalidAliasNameException", ErrorCodes.InvalidInput),
            ("NotAuthorizedException", ErrorCodes.PolicyDenied)]),
        ("DeleteAlias", OfKeys),
        ("ListAliases", [.. OfKeys, ("InvalidMarkerException", ErrorCodes.InvalidInput)]),
        ("GetKeyPolicy", OfKeys),
        ("PutKeyPolicy", [.. OfKeys, ("MalformedPolicyDocumentException", ErrorCodes.MalformedPolicy)]),
        ("GetKeyRotationStatus", OfKeys),
        ("EnableKeyRotation", OfKeys),
        ("DisableKeyRotation", OfKeys),
        ("RotateKeyOnDemand", [.. OfKeys, ("ConflictException", ErrorCodes.KeyUnavailable)]),
        ("EnableKey", OfKeys),
        ("DisableKey", OfKeys),
        ("ScheduleKeyDeletion", OfKeys),
        ("CancelKeyDeletion", [("NotFoundException", ErrorCodes.KeyNotFound), ("KMSInvalidStateException", ErrorCodes.InvalidInput)]),
        ("UpdateKeyDescription", OfKeys),
        ("TagResource", [.. OfKeys, ("TagException", ErrorCodes.InvalidInput)]),
        ("ListResourceTags", [.. OfKeys, ("InvalidMarkerException", ErrorCodes.InvalidInput)]),
        ("CreateGrant", [.. OfKeys, ("InvalidGrantTokenException", ErrorCodes.InvalidInput)]),
        ("ListGrants", [.. OfKeys, ("InvalidGrantIdException", ErrorCodes.GrantNotFound), ("InvalidMarkerException", ErrorCodes.InvalidInput)]),
        ("RevokeGrant", [.. OfKeys, ("InvalidGrantIdException", ErrorCodes.GrantNotFound)]),
        ("RetireGrant", [
            .. OfKeys,
            ("InvalidGrantIdException", ErrorCodes.GrantNotFound),
            ("InvalidGrantTokenException", ErrorCodes.InvalidInput)]),
    ];

    public static TheoryData<string, string, int, string> Errors()
    {
        var rows = new TheoryData<string, string, int, string>();
        foreach ((string operation, (string Name, string Code)[] errors) in Own)
        {
            foreach ((string name, int status, string code) in Common.Concat(errors.Select(error => (error.Name, 400, error.Code))))
            {
                rows.Add(operation, name, status, code);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_that_AWS_documents_becomes_our_code(string operation, string name, int status, string code)
    {
        var metadata = new
        {
            KeyMetadata = new { KeyId = "k", Arn = StubKms.KeyArn, KeyState = "Enabled", KeyUsage = "ENCRYPT_DECRYPT", KeySpec = "SYMMETRIC_DEFAULT" },
        };
        await using StubEndpoint stub = await StubEndpoint.StartAsync(request =>
            request.Action == "DescribeKey" ? StubAnswer.Ok(metadata) : StubAnswer.Error(name, status, "told"));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => AdministrationCalls.MakeAsync(kms.Administration, new KmsConnection { EndpointUrl = stub.Url, Region = "eu-west-1" }, operation));

        Assert.Equal((code, $"kms:{operation}", "eu-west-1"), (error.Code, error.Operation, error.Region));
        Assert.Equal(StubAnswer.RequestId, error.RequestId);
        Assert.Contains(name, error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RevokeGrant")]
    [InlineData("RetireGrant")]
    public async Task A_grant_that_is_not_there_is_told_from_a_key_that_is_not(string operation)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("NotFoundException", 400, "Grant ID abc not found"));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => AdministrationCalls.MakeAsync(kms.Administration, new KmsConnection { EndpointUrl = stub.Url, Region = "eu-west-1" }, operation));

        Assert.Equal(ErrorCodes.GrantNotFound, error.Code);
    }

    [Theory]
    [InlineData("EnableKeyRotation", "key spec is RSA_2048 which is not valid", ErrorCodes.InvalidKeySpec)]
    [InlineData("EnableKeyRotation", "is a multi-Region replica key", ErrorCodes.InvalidInput)]
    public async Task What_is_not_supported_is_told_as_far_as_AWS_tells_it(string operation, string message, string code)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("UnsupportedOperationException", 400, message));
        using AwsKms kms = StubKms.Client();

        var error = await Assert.ThrowsAsync<TenantEncryptionException>(
            () => AdministrationCalls.MakeAsync(kms.Administration, new KmsConnection { EndpointUrl = stub.Url, Region = "eu-west-1" }, operation));

        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData("CreateKey", 1)]
    [InlineData("RotateKeyOnDemand", 1)]
    [InlineData("EnableKey", 3)]
    public async Task What_must_not_happen_twice_is_tried_once(string operation, int tries)
    {
        await using StubEndpoint stub = await StubEndpoint.StartAsync(_ => StubAnswer.Error("KMSInternalException", 500, ""));
        using AwsKms kms = StubKms.Client(options => options with { MaxAttempts = 3 });

        await Assert.ThrowsAsync<TenantEncryptionException>(
            () => AdministrationCalls.MakeAsync(kms.Administration, new KmsConnection { EndpointUrl = stub.Url, Region = "eu-west-1" }, operation));

        Assert.Equal(tries, stub.Requests.Count);
    }
}
