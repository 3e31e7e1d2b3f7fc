using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using System.Security;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// What <c>-InputObject</c> is, decided by its type in this one place. A string is a value, never a path: a runbook that pipes text must not
/// begin to read files because of what the text says.
/// </summary>
internal sealed class PipelineInput
{
    // The more exact name first: of what Get-ChildItem gives, PSPath also tells the provider.
    private static readonly string[] PathProperties = ["LiteralPath", "PSPath", "FullName", "Path"];

    private readonly object _value;

    private PipelineInput(InputKind kind, object value) => (Kind, _value) = (kind, value);

    /// <summary>What it is.</summary>
    public InputKind Kind { get; }

    /// <summary>The text of <see cref="InputKind.Text"/>.</summary>
    public string Text => (string)_value;

    /// <summary>The secret of <see cref="InputKind.Secret"/>.</summary>
    public SecureString Secret => (SecureString)_value;

    /// <summary>The bytes of <see cref="InputKind.Bytes"/>.</summary>
    public byte[] Bytes => (byte[])_value;

    /// <summary>The literal path of <see cref="InputKind.File"/>, as PowerShell has it.</summary>
    public string Path => (string)_value;

    /// <summary>Sorts an object.</summary>
    /// <param name="input">The object.</param>
    /// <returns>The sorted input.</returns>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it is neither a value nor a file.</exception>
    public static PipelineInput Sort(PSObject? input) => input?.BaseObject switch
    {
        null => throw new TenantEncryptionException(ErrorCodes.InvalidInput, "Nothing ($null) is neither a value nor a file."),

        // Before all properties: the lines of Get-Content carry a PSPath.
        string text => new PipelineInput(InputKind.Text, text),
        SecureString secret => new PipelineInput(InputKind.Secret, secret),
        byte[] bytes => new PipelineInput(InputKind.Bytes, bytes),
        StoreInfo store => throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"'{store.Path}' is the store, which is no file of a tenant: name the files that are meant."),
        FileSystemInfo file => new PipelineInput(InputKind.File, file.FullName),
        _ when PathProperties.Select(property => PathOf(input, property)).FirstOrDefault(path => path is not null) is { } path =>
            new PipelineInput(InputKind.File, path),
        _ => throw new TenantEncryptionException(ErrorCodes.InvalidInput, Refusal(input)),
    };

    /// <summary>Whether an object is a lone element of an array that was piped: a byte or another number, which is no value.</summary>
    /// <param name="input">The object.</param>
    /// <param name="type">Its type.</param>
    public static bool IsElement(PSObject? input, [NotNullWhen(true)] out Type? type) =>
        (type = input?.BaseObject.GetType()) is { IsPrimitive: true };

    private static string? PathOf(PSObject input, string property) =>
        input.Properties[property]?.Value is { } value && LanguagePrimitives.ConvertTo<string>(value) is { Length: > 0 } path ? path : null;

    private static string Refusal(PSObject input) =>
        $"An object of type {input.BaseObject.GetType().Name} is neither a value (string, SecureString, byte[]) nor a file. "
        + "PowerShell pipes an array one element at a time: pipe bytes as ',$bytes |', or give them as '-InputObject $bytes'.";
}
