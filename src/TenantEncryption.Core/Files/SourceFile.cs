using Microsoft.Win32.SafeHandles;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;

namespace TenantEncryption.Files;

/// <summary>Opens inputs: files, and nothing else that a name may stand for.</summary>
internal static class SourceFile
{
    /// <summary>Opens a file to be read. Never waits: a pipe, socket or device is refused.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="followLink">Whether a link is followed.</param>
    /// <exception cref="TenantEncryptionException"><c>SOURCE_NOT_FOUND</c>; <c>INVALID_INPUT</c>: it is no file; <c>STORAGE_FAILED</c>.</exception>
    public static SafeFileHandle Open(IFileEffects effects, string path, bool followLink = true)
    {
        // A look comes first, as opening a device may set it to work; and one at what was opened, which may be another thing than was looked at.
        RefuseOther(path, EntryKinds.At(path, followLink));
        SafeFileHandle file = FileFailure.Translate(path, "read", () => effects.OpenRead(path, followLink));
        try
        {
            RefuseOther(path, EntryKinds.Of(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file begins with a whole header of a message; <see langword="null"/> when it can't be read.</summary>
    public static bool? BeginsMessage(IFileEffects effects, FileRequest file)
    {
        try
        {
            using SafeFileHandle source = Open(effects, file.Source, !file.IsListed);
            return MessageReader.BeginsMessage(source);
        }
        catch (Exception exception) when (exception is TenantEncryptionException or IOException or UnauthorizedAccessException)
        {
            return null; // Whoever works on it says why.
        }
    }

    /// <summary>What an entry that is no file is called, or <see langword="null"/> for a file.</summary>
    public static string? NameOf(EntryKind kind) => kind switch
    {
        EntryKind.Folder => "a folder",
        EntryKind.Link => "a link",
        EntryKind.Pipe => "a pipe",
        EntryKind.Socket => "a socket",
        EntryKind.Device => "a device",
        _ => null,
    };

    /// <summary>Refuses what is no file.</summary>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>.</exception>
    public static TenantEncryptionException? RefusalOf(string path, EntryKind kind) => NameOf(kind) is { } name
        ? new TenantEncryptionException(
            ErrorCodes.InvalidInput, $"'{path}' is {name}; only files are taken.", remedy: kind == EntryKind.Folder ? null : "Write its content to a file, and name that.")
        : null;

    private static void RefuseOther(string path, EntryKind kind)
    {
        if (RefusalOf(path, kind) is { } refusal)
        {
            throw refusal;
        }
    }
}
