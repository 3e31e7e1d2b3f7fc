namespace TenantEncryption.Kms;

/// <summary>What AWS KMS answered.</summary>
/// <typeparam name="T">What was asked for.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="RequestId">The AWS request id (of the last page, where there were several).</param>
public sealed record KmsAnswer<T>(T Value, string? RequestId) : KmsAnswer(RequestId);
