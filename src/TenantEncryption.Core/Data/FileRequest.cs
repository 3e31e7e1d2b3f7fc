namespace TenantEncryption.Data;

/// <summary>One file to protect or unprotect.</summary>
/// <param name="Source">The full path of the input.</param>
/// <param name="Destination">The full path of the output.</param>
public sealed record FileRequest(string Source, string Destination);
