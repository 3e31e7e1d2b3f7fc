using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Files;

/// <summary>
/// Tells what entries are without opening them. .NET tells files, folders and links apart; what else Unix has, pipes, sockets and devices, it shows
/// as files, so on Linux the kernel is asked: <c>statx(2)</c>, whose structure is the same on every architecture.
/// </summary>
internal static class EntryKinds
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeOnly = 1; // STATX_TYPE

    /// <summary>What is at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLink">Whether a link is what it leads to.</param>
    public static EntryKind At(string path, bool followLink)
    {
        if (OperatingSystem.IsLinux())
        {
            return statx(CurrentFolder, path, followLink ? 0 : NoFollow, TypeOnly, out Status status) == 0 ? Of(status) : EntryKind.Unknown;
        }

        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return !entry.Exists ? EntryKind.Unknown : Of(entry, followLink);
    }

    /// <summary>What an entry of a folder that is listed is.</summary>
    public static EntryKind Of(ref FileSystemEntry entry, string path)
    {
        EntryKind kind = OperatingSystem.IsLinux() ? At(path, followLink: false) : Of(entry.ToFileSystemInfo(), followLink: false);

        // The listing knows folders even where their paths are too long to ask for.
        return kind == EntryKind.Unknown && entry.IsDirectory ? EntryKind.Folder : kind;
    }

    /// <summary>What an open file is.</summary>
    public static EntryKind Of(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return RegularFile.TryGetLength(file, out _) ? EntryKind.File : EntryKind.Pipe;
        }

        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return statx((int)file.DangerousGetHandle(), "", EmptyPath, TypeOnly, out Status status) == 0 ? Of(status) : EntryKind.Unknown;
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    // Of reparse points only links and junctions lead elsewhere: a deduplicated or cloud file is a file.
    private static EntryKind Of(FileSystemInfo entry, bool followLink) =>
        !followLink && (entry.Attributes & FileAttributes.ReparsePoint) != 0 && entry.LinkTarget is not null ? EntryKind.Link
        : entry is DirectoryInfo ? EntryKind.Folder
        : EntryKind.File;

    // inode(7)
    private static EntryKind Of(Status status) => (status.Mode & 0xF000) switch
    {
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Folder,
        0xA000 => EntryKind.Link,
        0x1000 => EntryKind.Pipe,
        0xC000 => EntryKind.Socket,
        0x2000 or 0x6000 => EntryKind.Device,
        _ => EntryKind.Unknown,
    };

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Status status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
