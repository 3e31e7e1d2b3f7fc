namespace TenantEncryption.Stores;

/// <summary>A name to choose from. Nothing of it was checked: who acts on what it names has that checked then.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Id">The id.</param>
/// <param name="Name">The name; the id where there is no other.</param>
public sealed record NameInStore(string TenantId, string Id, string Name);
