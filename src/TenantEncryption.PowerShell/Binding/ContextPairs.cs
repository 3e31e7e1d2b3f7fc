using System.Collections;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads the pairs of <c>-EncryptionContext</c>.</summary>
internal static class ContextPairs
{
    /// <summary>The pairs of a hashtable.</summary>
    /// <param name="table">The hashtable, or <see langword="null"/>.</param>
    /// <returns>The pairs, or <see langword="null"/> when none were given.</returns>
    /// <exception cref="TenantEncryptionException"><c>CONTEXT_MISMATCH</c>: a value is not text.</exception>
    public static IReadOnlyDictionary<string, string>? Read(IDictionary? table)
    {
        if (table is null)
        {
            return null;
        }

        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            string key = LanguagePrimitives.ConvertTo<string>(entry.Key);
            pairs[key] = value switch
            {
                string text => text,
                IConvertible simple => simple.ToString(CultureInfo.InvariantCulture),
                _ => throw new TenantEncryptionException(ErrorCodes.ContextMismatch, $"The value of the pair '{key}' is not text."),
            };
        }

        return pairs;
    }
}
