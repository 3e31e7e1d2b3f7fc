namespace TenantEncryption.Data;

/// <summary>What the catalog knows at or below a path and is not there.</summary>
/// <param name="Path">The full path of the file or folder.</param>
/// <param name="Known">The messages that the catalog knows there.</param>
/// <param name="Missing">Those of them that are not there.</param>
/// <param name="Kept">Those of the missing ones that are kept all the same, as nothing at all is in their folder: its disk may not be mounted.</param>
public sealed record MissingMessages(string Path, long Known, long Missing, long Kept);
