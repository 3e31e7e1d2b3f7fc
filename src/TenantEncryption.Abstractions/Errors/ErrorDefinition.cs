namespace TenantEncryption.Errors;

/// <summary>One documented error: the code that scripts match, what causes it, and what to do about it.</summary>
/// <param name="Code">The stable identifier, in upper case with underscores, such as <c>KEY_DISABLED</c>.</param>
/// <param name="Kind">The sort of trouble.</param>
/// <param name="Cause">One sentence on what leads to it.</param>
/// <param name="Remedy">What the user does about it.</param>
public sealed record ErrorDefinition(string Code, ErrorKind Kind, string Cause, string Remedy);
