namespace TenantEncryption.Kms;

/// <summary>What AWS KMS answered, whatever was asked.</summary>
public interface IKmsAnswer
{
    /// <summary>The AWS request id of the answer, which CloudTrail also has.</summary>
    string? RequestId { get; }
}
