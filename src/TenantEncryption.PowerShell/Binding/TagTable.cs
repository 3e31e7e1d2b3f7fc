using System.Collections;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads the tags of a hashtable.</summary>
internal static class TagTable
{
    /// <summary>The tags.</summary>
    /// <param name="table">The hashtable, or <see langword="null"/>.</param>
    /// <returns>The tags by key.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a value is a list, or no text.</exception>
    public static Dictionary<string, string> Read(Hashtable? table) => PolicyInput.ReadParameters(table).ToDictionary(
        tag => tag.Key,
        tag => tag.Value is [var only] ? only : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The tag '{tag.Key}' has {Counted.Of(tag.Value.Count, "value")}; it takes one."),
        StringComparer.Ordinal);
}
