using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>What .NET doesn't give of the file systems of Windows.</summary>
internal static class WindowsFile
{
    private const int NoFile = 2; // ERROR_FILE_NOT_FOUND, winerror.h
    private const int NoFolder = 3; // ERROR_PATH_NOT_FOUND
    private const int NoAccess = 5; // ERROR_ACCESS_DENIED
    private const int LongestName = 32767;
    private const string Prefix = @"\\?\";

    /// <summary>Renames within a volume, and returns when that is on the disk.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name.</param>
    /// <param name="replace">Whether a file that is there is replaced, a read-only one too: as elsewhere, who may write the folder may replace what is in it.</param>
    public static void Rename(string from, string to, bool replace)
    {
        // "The function does not return until the file is actually moved on the disk" (MoveFileExW); what was done in its folder before comes earlier in the
        // file system's journal.
        const uint WriteThrough = 0x8; // MOVEFILE_WRITE_THROUGH
        const uint ReplaceExisting = 0x1; // MOVEFILE_REPLACE_EXISTING
        if (Move())
        {
            return;
        }

        int error = Marshal.GetLastPInvokeError();
        if (replace && error == NoAccess && new FileInfo(to) is { Exists: true, IsReadOnly: true } shielded)
        {
            shielded.IsReadOnly = false;
            if (Move())
            {
                return;
            }

            error = Marshal.GetLastPInvokeError();
            shielded.IsReadOnly = true;
        }

        // Windows says "no access" both of a file that somebody has open and of one that may not be replaced.
        throw ExceptionOf(replace && error == NoAccess && MayRemove(to) ? FileInUse.SharingViolation : error, to);

        bool Move() => MoveFileExW(Extended(from), Extended(to), WriteThrough | (replace ? ReplaceExisting : 0));
    }

    /// <summary>The path in which each name is the long one; <see langword="null"/> where nothing is.</summary>
    public static string? LongNameOf(string path)
    {
        // The prefix only where it is needed: Wine answers nothing after it.
        const int LongestPlain = 259; // MAX_PATH without its end
        bool isPlain = path.Length <= LongestPlain || path.StartsWith(Prefix, StringComparison.Ordinal);
        char[] name = new char[LongestName];
        int length = GetLongPathNameW(isPlain ? path : Extended(path), name, name.Length);
        return length == 0 || length > name.Length ? null : PathIdentity.WithoutPrefix(new string(name, 0, length));
    }

    // Whether the caller may remove a file, whoever has it open.
    private static bool MayRemove(string path)
    {
        const uint Delete = 0x10000; // DELETE, winnt.h
        const uint Existing = 3; // OPEN_EXISTING
        const uint LinkItself = 0x200000; // FILE_FLAG_OPEN_REPARSE_POINT
        using SafeFileHandle file = CreateFileW(
            Extended(path), Delete, (uint)(FileShare.ReadWrite | FileShare.Delete), security: 0, Existing, LinkItself, template: 0);
        return !file.IsInvalid || Marshal.GetLastPInvokeError() != NoAccess;
    }

    // Paths of any length, whatever the program's manifest says.
    private static string Extended(string path) =>
        path.StartsWith(Prefix, StringComparison.Ordinal) || path.StartsWith(@"\\.\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC\" + path[2..]
        : Prefix + path;

    private static Exception ExceptionOf(int error, string path)
    {
        string text = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            NoFile => new FileNotFoundException(text, path),
            NoFolder => new DirectoryNotFoundException(text),
            NoAccess => new UnauthorizedAccessException(text),
            _ => new IOException(text, FileInUse.ResultOf(error)),
        };
    }

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool MoveFileExW(string from, string to, uint flags);

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int GetLongPathNameW(string path, [Out] char[] name, int capacity);

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFileW(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);
}
