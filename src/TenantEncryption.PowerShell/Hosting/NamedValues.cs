using System.Collections;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads hashtables of names and values.</summary>
internal static class NamedValues
{
    /// <summary>Names with one text each.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a value is a list, or missing.</exception>
    public static Dictionary<string, string> Texts(Hashtable? table, string parameter) =>
        Lists(table, parameter).ToDictionary(
            entry => entry.Key,
            entry => entry.Value is [var only] ? only : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"-{parameter} has {entry.Value.Count} values for '{entry.Key}'; one is taken."),
            StringComparer.Ordinal);

    /// <summary>Names with one or several texts each.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a name is empty.</exception>
    public static Dictionary<string, IReadOnlyList<string>> Lists(Hashtable? table, string parameter)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table ?? [])
        {
            string name = Text(entry.Key);
            values[name.Length > 0 ? name : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"A name in -{parameter} is empty.")] =
                LanguagePrimitives.GetEnumerable(entry.Value) is { } list ? [.. list.Cast<object?>().Select(Text)] : [Text(entry.Value)];
        }

        return values;
    }

    private static string Text(object? value) => Convert.ToString(value is PSObject wrapped ? wrapped.BaseObject : value, CultureInfo.InvariantCulture) ?? "";
}
