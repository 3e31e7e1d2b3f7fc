using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Data.Files;

/// <summary>The effects on the real file system.</summary>
internal sealed class FileEffects : IFileEffects
{
    private const int ReadOnly = 0; // O_RDONLY, open(2)

    /// <inheritdoc/>
    public SafeFileHandle OpenRead(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);

    /// <inheritdoc/>
    public SafeFileHandle CreateExclusive(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // On Unix this takes the advisory lock that the sweep respects; on Windows it lets the open file take its name.
            Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options).SafeFileHandle;
    }

    /// <inheritdoc/>
    public void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <inheritdoc/>
    public void Rename(string from, string to, bool replace)
    {
        if (replace || !TryRenameExclusively(from, to))
        {
            File.Move(from, to, replace);
        }
    }

    /// <inheritdoc/>
    public void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals its directories.
        }

        int descriptor = open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{folder}' can't be flushed to disk.", Marshal.GetLastPInvokeError());
        }

        try
        {
            // EINVAL: a file system without the notion.
            const int InvalidArgument = 22;
            if (fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error && error != InvalidArgument)
            {
                throw new IOException($"The folder '{folder}' can't be flushed to disk.", error);
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void CreateFolder(string folder) => Directory.CreateDirectory(folder);

    // File.Move looks whether the name is free and then renames, which overwrites a file that came into being in between.
    private static bool TryRenameExclusively(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        const int CurrentFolder = -100; // AT_FDCWD, openat(2)
        const uint NoReplace = 1; // RENAME_NOREPLACE, renameat2(2)
        const int Exists = 17; // EEXIST
        try
        {
            return renameat2(CurrentFolder, from, CurrentFolder, to, NoReplace) == 0
                || (Marshal.GetLastPInvokeError() == Exists ? throw new IOException($"The file '{to}' already exists.", Exists) : false);
        }
        catch (EntryPointNotFoundException)
        {
            return false; // An older C library.
        }
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int renameat2(
        int fromFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string from, int toFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
