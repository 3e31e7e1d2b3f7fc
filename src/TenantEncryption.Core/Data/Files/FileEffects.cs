using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Data.Files;

/// <summary>The effects on the real file system.</summary>
internal sealed class FileEffects : IFileEffects
{
    private const int ReadOnly = 0; // O_RDONLY, open(2)

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = default, IgnoreInaccessible = false };

    /// <inheritdoc/>
    public SafeFileHandle OpenRead(string path, bool followLink) =>
        UnixFile.Flags(followLink) is { } flags
            ? UnixFile.Open(path, flags)
            : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);

    /// <inheritdoc/>
    public IEnumerable<FolderEntry> List(string folder, NameFilter takes) =>
        new FileSystemEnumerable<FolderEntry>(
            folder, (ref FileSystemEntry entry) => new FolderEntry(entry.ToSpecifiedFullPath(), entry.IsDirectory), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => takes(entry.FileName),
        };

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenUnused(string path) => LockedFile.TryOpenUnused(path);

    /// <inheritdoc/>
    public SafeFileHandle? TryShare(string path) => LockedFile.TryShare(path);

    /// <inheritdoc/>
    public SafeFileHandle CreateExclusive(string path)
    {
        if (TryCreateLocked(path) is { } created)
        {
            return created;
        }

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
    public void Close(SafeFileHandle file)
    {
        if (file.IsClosed)
        {
            return;
        }

        const int Unlock = 8; // LOCK_UN, flock(2)
        if (!OperatingSystem.IsWindows())
        {
            _ = flock((int)file.DangerousGetHandle(), Unlock);
        }

        file.Dispose();
    }

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

        int descriptor = open(folder, ReadOnly, mode: 0);
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
    public void CreateFolder(string folder)
    {
        // A new folder's own entry is on the disk when the folder above it is flushed.
        var parents = new List<string>();
        for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            parents.Add(Path.GetDirectoryName(at) ?? at);
        }

        Directory.CreateDirectory(folder);
        parents.ForEach(FlushFolder);
    }

    // What the managed way does with a stream and seven more system calls. It tells what is wrong, when this one fails.
    private static SafeFileHandle? TryCreateLocked(string path)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return null;
        }

        const int ReadWriteCreateExclusively = 0x2 | 0x40 | 0x80 | 0x80000; // O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, open(2)
        const int OwnerOnly = 0x180; // 0600
        const int Exclusive = 2; // LOCK_EX, flock(2)
        int descriptor = open(path, ReadWriteCreateExclusively, OwnerOnly);
        if (descriptor < 0)
        {
            return null;
        }

        _ = flock(descriptor, Exclusive); // A sweep may have it for a moment.
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

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
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
