namespace TenantEncryption.Kms;

/// <summary>A ciphertext that AWS KMS made.</summary>
/// <param name="KeyArn">The ARN of the key that KMS answered with, never an alias.</param>
/// <param name="CiphertextBlob">The ciphertext, opaque.</param>
/// <param name="RequestId">The AWS request id of the answer.</param>
public sealed record KmsCiphertext(string KeyArn, byte[] CiphertextBlob, string? RequestId) : IKmsAnswer;
