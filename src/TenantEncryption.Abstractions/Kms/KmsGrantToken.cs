namespace TenantEncryption.Kms;

/// <summary>What kms:CreateGrant answers.</summary>
/// <param name="GrantId">The grant's id.</param>
/// <param name="GrantToken">Makes the grant usable at once, before it is known everywhere in KMS. It is no secret.</param>
public sealed record KmsGrantToken(string GrantId, string GrantToken);
