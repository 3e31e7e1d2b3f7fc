namespace TenantEncryption.Files;

/// <summary>What a folder holds.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Failure">Of a folder: why it could not be listed.</param>
internal readonly record struct ListedEntry(string Path, EntryKind Kind, TenantEncryptionException? Failure);
