namespace TenantEncryption.Keys.Root;

/// <summary>The root of a store.</summary>
/// <param name="StoreId">The store's id.</param>
/// <param name="Keys">Its root keys; whoever gets them disposes them.</param>
/// <param name="Mark">What the store says of them.</param>
/// <param name="Vault">Where they are kept.</param>
internal sealed record StoreRoot(string StoreId, RootKeySet Keys, string Mark, IRootKeyVault Vault);
