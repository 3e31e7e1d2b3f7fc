namespace TenantEncryption.Keys.Root;

/// <summary>A root key by its name.</summary>
/// <param name="Number">Its number, which is that of its log key, too.</param>
/// <param name="Id">Its id.</param>
internal readonly record struct RootName(int Number, string Id);
