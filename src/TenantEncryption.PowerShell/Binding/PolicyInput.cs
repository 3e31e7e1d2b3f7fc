using System.Collections;
using System.Globalization;
using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Policies.Documents;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Reads what users give for key policies: JSON or the path of a file with it, a policy object, values of placeholders.</summary>
internal static class PolicyInput
{
    // Far above what KMS takes, so that a too long policy is told as such.
    private const int MaximumLength = 1 << 20;

    /// <summary>JSON as it is given, or the text of the file that is named. JSON begins with a brace or bracket, which no path does.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is; its pipeline thread calls.</param>
    /// <param name="jsonOrPath">What was given, or <see langword="null"/>.</param>
    /// <returns>The JSON, or <see langword="null"/> when nothing was given.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>, <c>INVALID_INPUT</c>.</exception>
    public static string? ReadJsonOrFile(PSCmdlet cmdlet, string? jsonOrPath) =>
        jsonOrPath is null || jsonOrPath.TrimStart().TrimStart('\uFEFF') is ['{' or '[', ..] ? jsonOrPath : ReadFile(cmdlet, jsonOrPath);

    /// <summary>The text of a file.</summary>
    /// <param name="cmdlet">The cmdlet whose session it is; its pipeline thread calls.</param>
    /// <param name="path">The path, literally.</param>
    /// <returns>The text.</returns>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>, <c>STORAGE_FAILED</c>, <c>INVALID_INPUT</c>.</exception>
    public static string ReadFile(PSCmdlet cmdlet, string path)
    {
        string full = SessionPath.Literal(cmdlet, path);
        try
        {
            long length = new FileInfo(full).Length;
            return length <= MaximumLength
                ? File.ReadAllText(full)
                : throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"'{path}' has {length} bytes; a key policy has up to 32,768.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TenantEncryptionException(ErrorCodes.SourceNotFound, $"There is no file '{path}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TenantEncryptionException(ErrorCodes.StorageFailed, $"'{path}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// The text of a policy: JSON, a KeyPolicy (one that came back from a job or a file, too), or the answer of GetKeyPolicy as ConvertFrom-Json
    /// makes an object of it.
    /// </summary>
    /// <param name="policy">What was given.</param>
    /// <returns>The JSON, and the platform that a KeyPolicy is for.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is neither.</exception>
    public static (string Json, string? Platform) ReadPolicy(object policy)
    {
        var input = PSObject.AsPSObject(policy);
        return input.BaseObject switch
        {
            string json => (json, null),
            KeyPolicy known => (known.Json, known.Platform),
            _ when input.TypeNames.Contains($"Deserialized.{typeof(KeyPolicy).FullName}") && input.Properties[nameof(KeyPolicy.Json)]?.Value is string json =>
                (json, input.Properties[nameof(KeyPolicy.Platform)]?.Value as string),
            _ when input.Properties["Policy"]?.Value is string json => (json, null),
            FileInfo file => throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"'{file.Name}' is a file: give it with -Path, or its text (Get-Content -Raw)."),
            _ => throw new TenantEncryptionException(
                ErrorCodes.InvalidInput, $"An object of type {input.BaseObject.GetType().Name} is no key policy: give JSON text or an object of Get-KeyPolicy."),
        };
    }

    /// <summary>Values of placeholders: a text or a list of texts for each name.</summary>
    /// <param name="table">The hashtable, or <see langword="null"/>.</param>
    /// <returns>The values by name.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a value is neither text nor a list of texts.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadParameters(IDictionary? table) => ReadLists(table, "parameter");

    /// <summary>Condition keys of a request: a text or a list of texts for each.</summary>
    /// <param name="table">The hashtable, or <see langword="null"/>.</param>
    /// <returns>The values by condition key.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: a value is neither text nor a list of texts.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadConditions(IDictionary? table) => ReadLists(table, "condition key");

    private static Dictionary<string, IReadOnlyList<string>> ReadLists(IDictionary? table, string what)
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            string name = LanguagePrimitives.ConvertTo<string>(entry.Key);
            object? value = Unwrap(entry.Value);
            lists[name] = value is not string && value is IEnumerable list ? [.. list.Cast<object?>().Select(item => Text(what, name, item))] : [Text(what, name, value)];
        }

        return lists;
    }

    private static string Text(string what, string name, object? value) => Unwrap(value) switch
    {
        string text => text,
        IConvertible simple => simple.ToString(CultureInfo.InvariantCulture),
        _ => throw new TenantEncryptionException(ErrorCodes.InvalidInput, $"The value of the {what} '{name}' is neither text nor a list of texts."),
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
