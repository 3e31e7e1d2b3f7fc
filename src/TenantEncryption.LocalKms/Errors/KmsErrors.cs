namespace TenantEncryption.LocalKms.Errors;

/// <summary>The errors of the AWS KMS API reference and of the services' common errors, in AWS's words.</summary>
internal static class KmsErrors
{
    public static KmsError NotFound(string message) => new("NotFoundException", message);

    public static KmsError KeyNotFound(string arn) => NotFound($"Key '{arn}' does not exist");

    public static KmsError AliasNotFound(string arn) => NotFound($"Alias {arn} is not found.");

    public static KmsError InvalidKeyId(string keyId) => NotFound($"Invalid keyId '{keyId}'");

    /// <summary>An ARN of another region than the one that is called.</summary>
    public static KmsError ForeignRegion(string region) => NotFound($"Invalid arn {region}");

    public static KmsError InvalidArn(string message) => new("InvalidArnException", message);

    public static KmsError Validation(string message) => new("ValidationException", message);

    public static KmsError MissingMember(string member) => Constraint("null", member, "Member must not be null");

    /// <param name="value">What the request has, or <c>null</c>.</param>
    /// <param name="member">The member of the request in its JSON spelling.</param>
    /// <param name="constraint">What it must be.</param>
    public static KmsError Constraint(string value, string member, string constraint) => Validation(
        $"1 validation error detected: Value {(value == "null" ? value : $"'{value}'")} "
        + $"at '{char.ToLowerInvariant(member[0])}{member[1..]}' failed to satisfy constraint: {constraint}");

    public static KmsError NotOneOf(string value, string member, IEnumerable<string> allowed) =>
        Constraint(value, member, $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");

    public static KmsError Serialization(string message) => new("SerializationException", message);

    public static KmsError UnknownOperation() => new("UnknownOperationException", message: null);

    public static KmsError Unsupported(string message) => new("UnsupportedOperationException", message);

    public static KmsError Disabled(string message) => new("DisabledException", message);

    public static KmsError InvalidState(string message) => new("KMSInvalidStateException", message);

    public static KmsError InvalidKeyUsage(string message) => new("InvalidKeyUsageException", message);

    public static KmsError InvalidCiphertext() => new("InvalidCiphertextException", message: null);

    public static KmsError IncorrectKey() =>
        new("IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation.");

    /// <summary>A ciphertext whose key the caller can't use: whether there is one is not told.</summary>
    public static KmsError CiphertextKeyInaccessible(string caller, string action) => AccessDenied(
        $"User: {caller} is not authorized to perform: {action} on the resource associated with this ciphertext "
        + "because the resource does not exist in this Region, no resource-based policies allow access, "
        + "or a resource-based policy explicitly denies access");

    public static KmsError AccessDenied(string message) => new("AccessDeniedException", message);

    public static KmsError AlreadyExists(string message) => new("AlreadyExistsException", message);

    public static KmsError InvalidAliasName(string message) => new("InvalidAliasNameException", message);

    public static KmsError Tag(string message) => new("TagException", message);

    public static KmsError LimitExceeded(string message) => new("LimitExceededException", message);

    public static KmsError InvalidMarker() => new("InvalidMarkerException", "The marker is not one that this service returned.");

    public static KmsError InvalidGrantId(string grantId) => new("InvalidGrantIdException", $"Invalid grant id '{grantId}'");

    public static KmsError InvalidGrantToken() => new("InvalidGrantTokenException", "Invalid grant token.");

    public static KmsError GrantNotFound(string grantId) => NotFound($"Grant ID {grantId} not found");

    public static KmsError MalformedPolicy(string message) => new("MalformedPolicyDocumentException", message);

    public static KmsError DryRun() =>
        new("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");

    public static KmsError Throttling() =>
        new("ThrottlingException", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.");

    public static KmsError ExpiredToken() => new("ExpiredTokenException", "The security token included in the request is expired");

    public static KmsError MissingAuthentication() => new("MissingAuthenticationTokenException", "Request is missing Authentication Token");

    public static KmsError IncompleteSignature(string message) => new("IncompleteSignatureException", message);

    public static KmsError InvalidSignature(string message) => new("InvalidSignatureException", message);

    public static KmsError WrongSignature() => InvalidSignature(
        "The request signature we calculated does not match the signature you provided. "
        + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");

    public static KmsError UnrecognizedClient() =>
        new("UnrecognizedClientException", "The security token included in the request is invalid.");

    public static KmsError Internal() =>
        new("KMSInternalException", "An internal error occurred.", StatusCodes.Status500InternalServerError);
}
