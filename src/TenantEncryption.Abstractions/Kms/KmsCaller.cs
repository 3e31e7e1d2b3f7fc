namespace TenantEncryption.Kms;

/// <summary>As whom calls are made (sts:GetCallerIdentity, which needs no permission).</summary>
/// <param name="AccountId">The AWS account, 12 digits.</param>
/// <param name="Arn">The principal's ARN; for a role that of its session.</param>
public sealed record KmsCaller(string AccountId, string Arn);
