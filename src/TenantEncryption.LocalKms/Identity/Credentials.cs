namespace TenantEncryption.LocalKms.Identity;

/// <summary>The secret of an access key, and who it is.</summary>
internal sealed record Credentials(string Secret, Caller Caller);
