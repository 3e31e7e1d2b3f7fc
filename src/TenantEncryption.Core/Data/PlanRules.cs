using TenantEncryption.Errors;
using TenantEncryption.Files;

namespace TenantEncryption.Data;

/// <summary>What a command takes of a folder, and how it names its outputs.</summary>
internal sealed record PlanRules
{
    private static readonly PlanRules OfMessages = new()
    {
        Takes = IsProtectedName,
        Rename = path => path,
        Missing = $"There is no file whose name ends with {FilePlanner.Extension}",
        IsReading = true,
    };

    private PlanRules()
    {
    }

    /// <summary>The rules of protecting: every file is taken.</summary>
    public static PlanRules Protecting { get; } = new() { Takes = _ => true, Rename = path => path + FilePlanner.Extension, Missing = "There is no file" };

    /// <summary>The rules of verifying: messages are taken, and nothing is written.</summary>
    public static PlanRules Verifying => OfMessages;

    /// <summary>The path of the output of a source, or its name where only that is given.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: it has no default name.</exception>
    public required Func<string, string> Rename { get; init; }

    /// <summary>Whether a file of a folder is taken, by its path.</summary>
    public required Func<string, bool> Takes { get; init; }

    /// <summary>What is said where nothing is taken, up to where that is.</summary>
    public required string Missing { get; init; }

    /// <summary>Whether messages are read: what is no file and has the name of one then is data that is missing.</summary>
    public bool IsReading { get; init; }

    /// <summary>The rules of unprotecting: messages are taken.</summary>
    /// <param name="isNamed">Whether the caller names the output, or its folder.</param>
    public static PlanRules Unprotecting(bool isNamed) => OfMessages with { Rename = path => WithoutExtension(path, isNamed) };

    /// <summary>Plans a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="output">Names its output.</param>
    public static FileRequest Request(string path, Func<string, string> output)
    {
        try
        {
            return new FileRequest(path, output(path));
        }
        catch (TenantEncryptionException exception)
        {
            return new FileRequest(path, path) { Refusal = exception };
        }
    }

    /// <summary>Plans what was found in a folder.</summary>
    /// <param name="entry">What was found.</param>
    /// <param name="recurse">Whether folders are walked whole.</param>
    /// <param name="output">Names its output.</param>
    /// <returns>What to do with it, or <see langword="null"/> when it is none of the command's business.</returns>
    public FileRequest? Plan(ListedEntry entry, bool recurse, Func<string, string> output) => entry switch
    {
        { Failure: { } failure } => new FileRequest(entry.Path, entry.Path) { Refusal = failure },
        { Kind: EntryKind.Link } => Takes(entry.Path) || (recurse && Directory.Exists(entry.Path)) ? LeftOut(entry, "It is a link, and links in a folder are not followed.") : null,
        _ when !Takes(entry.Path) || OutputFile.IsTemporary(entry.Path) => null,
        { Kind: EntryKind.File or EntryKind.Unknown } => Request(entry.Path, output) with { IsListed = true },

        // Among files to protect it holds nothing to protect.
        _ when IsReading => new FileRequest(entry.Path, entry.Path) { Refusal = SourceFile.RefusalOf(entry.Path, entry.Kind) },
        _ => LeftOut(entry, $"It is {SourceFile.NameOf(entry.Kind)}; only files are taken."),
    };

    /// <summary>Plans a folder in which nothing was found.</summary>
    public FileRequest Empty(string folder, bool recurse) =>
        new(folder, folder) { LeftOut = $"{Missing} in the folder{(recurse ? " or below it" : "; the folders below it were not looked into")}." };

    private static FileRequest LeftOut(ListedEntry entry, string why) => new(entry.Path, entry.Path) { LeftOut = why };

    private static bool IsProtectedName(string path) => path.EndsWith(FilePlanner.Extension, StringComparison.OrdinalIgnoreCase);

    private static string WithoutExtension(string path, bool isNamed) =>
        IsProtectedName(path) && Path.GetFileName(path.AsSpan()).Length > FilePlanner.Extension.Length ? path[..^FilePlanner.Extension.Length]
        : isNamed ? path
        : throw new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"'{path}' does not end with {FilePlanner.Extension}, so its output has no default name: name the output or its folder.");
}
