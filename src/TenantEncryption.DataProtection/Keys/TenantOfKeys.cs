namespace TenantEncryption.DataProtection;

/// <summary>The tenant whose provider holds the data-protection keys of a container; a key that is another tenant's is refused, whatever the stored XML says.</summary>
/// <param name="TenantId">The tenant's id.</param>
internal sealed record TenantOfKeys(string TenantId);
