namespace TenantEncryption.Tenants;

/// <summary>A key-encryption key whose record was overwritten.</summary>
/// <param name="KekId">The key's id.</param>
/// <param name="Provider">The name of the provider that sealed it.</param>
/// <param name="KeyArn">The master key that sealed it; <c>internal</c> for the internal KMS.</param>
/// <param name="InternalKms">Whether the internal KMS had a part in its record, alone or as a second layer.</param>
public sealed record ShreddedKey(string KekId, string? Provider, string KeyArn, bool InternalKms);
