using TenantEncryption.LocalKms.Identity;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>What a verified signature proves.</summary>
/// <param name="Caller">Who calls.</param>
/// <param name="Region">The region that is called.</param>
/// <param name="AccessKeyId">The access key that signed.</param>
internal sealed record SignedCall(Caller Caller, string Region, string AccessKeyId);
