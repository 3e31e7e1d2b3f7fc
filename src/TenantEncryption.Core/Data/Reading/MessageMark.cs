using TenantEncryption.Files;

namespace TenantEncryption.Data.Reading;

/// <summary>Which message it was that was read at a path or address: what replaces it has another one.</summary>
/// <param name="File">Of a file.</param>
/// <param name="ETag">Of an object.</param>
internal sealed record MessageMark(FileMark? File, string? ETag);
