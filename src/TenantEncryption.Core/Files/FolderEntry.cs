namespace TenantEncryption.Files;

/// <summary>An entry of a folder.</summary>
/// <param name="Path">Its path.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
internal readonly record struct FolderEntry(string Path, bool IsFolder);
