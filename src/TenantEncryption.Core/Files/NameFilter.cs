namespace TenantEncryption.Files;

/// <summary>Whether an entry of a folder is of interest, by its name: of a large folder only the names that are become strings.</summary>
internal delegate bool NameFilter(ReadOnlySpan<char> name);
