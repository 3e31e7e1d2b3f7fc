namespace TenantEncryption.Tests.Scenarios;

/// <summary>One effect on files.</summary>
/// <param name="Kind"><c>create</c>, <c>flush</c>, <c>rename</c>, <c>flush folder</c> or <c>delete</c>.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="To">The new name, of a rename.</param>
/// <param name="Content">What the file held, of a flush.</param>
internal sealed record FileEffect(string Kind, string Path, string? To = null, byte[]? Content = null);
