using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>
/// Opens existing files under the locks by which processes tell each other what they have open. Anyone may have put something else at their names, so
/// nothing is waited for, no link is followed, and what is no file is not opened.
/// </summary>
internal static class LockedFile
{
    /// <summary>Opens a file that nobody has open; <see langword="null"/> when there is none.</summary>
    public static SafeFileHandle? TryOpenUnused(string path) => TryOpen(
        path,
        flags => UnixFile.Open(path, flags | UnixFile.ReadWrite, alone: true),
        () => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, bufferSize: 0));

    /// <summary>Opens a file beside others who have it open, and makes it where it is missing; <see langword="null"/> when it can't be had.</summary>
    public static SafeFileHandle? TryShare(string path) => TryOpen(
        path,
        flags => UnixFile.Open(path, flags | UnixFile.Create),
        () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));

    private static SafeFileHandle? TryOpen(string path, Func<int, SafeFileHandle> open, Func<FileStream> openManaged)
    {
        if (!IsFileOrMissing(EntryKinds.At(path, followLink: false)))
        {
            return null;
        }

        try
        {
            if (UnixFile.Flags(followLink: false) is not { } flags)
            {
                return openManaged().SafeFileHandle;
            }

            SafeFileHandle file = open(flags);
            if (IsFileOrMissing(EntryKinds.Of(file)))
            {
                return file;
            }

            file.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsFileOrMissing(EntryKind kind) => kind is EntryKind.File or EntryKind.Unknown;
}
