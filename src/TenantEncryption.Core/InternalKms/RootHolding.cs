namespace TenantEncryption.Keys.Root;

/// <summary>Root keys that this process has, or had until their lease was over.</summary>
/// <param name="Lease">The keys.</param>
/// <param name="Names">Their names.</param>
/// <param name="Vault">Where they are kept.</param>
internal sealed record RootHolding(RootLease Lease, RootNames Names, IRootKeyVault Vault);
