namespace TenantEncryption.LocalKms.Identity;

/// <summary>A principal that makes a call.</summary>
/// <param name="Account">The twelve digits of its account.</param>
/// <param name="Arn">Its ARN as GetCallerIdentity gives it.</param>
internal sealed record Caller(string Account, string Arn);
