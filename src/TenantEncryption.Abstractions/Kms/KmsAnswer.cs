namespace TenantEncryption.Kms;

/// <summary>What AWS KMS answered to a call that returns nothing.</summary>
/// <param name="RequestId">The AWS request id.</param>
public record KmsAnswer(string? RequestId) : IKmsAnswer;
