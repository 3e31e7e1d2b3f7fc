using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>
/// What .NET doesn't give of the file system. Opens files without waiting: <c>File.OpenHandle</c> waits in <c>open(2)</c> for the writer of a pipe, where nothing can cancel it. Looking
/// first is not enough, as what is looked at may be replaced before it is opened.
/// </summary>
internal static class UnixFile
{
    /// <summary>Opens it to be written, too.</summary>
    public const int ReadWrite = 2; // O_RDWR

    private const int CurrentFolder = -100; // AT_FDCWD, openat(2)
    private const int OwnerOnly = 0x180; // 0600
    private const int Interrupted = 4; // EINTR
    private const int NoFile = 2; // ENOENT
    private const int NotPermitted = 1; // EPERM
    private const int NoAccess = 13; // EACCES
    private const int NotAFolder = 20; // ENOTDIR

    /// <summary>Makes it where it is missing, for its owner alone.</summary>
    public static int Create => OperatingSystem.IsMacOS() ? 0x200 : 0x40; // O_CREAT

    /// <summary>The flags of <c>open(2)</c>: read, don't wait, not for child processes; <see langword="null"/> where they are not known.</summary>
    public static int? Flags(bool followLink)
    {
        if (OperatingSystem.IsMacOS())
        {
            return 0x4 | 0x1000000 | (followLink ? 0 : 0x100); // O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW
        }

        int? noFollow = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 0x20000,
            Architecture.Arm64 => 0x8000,
            _ => null,
        };
        return noFollow is null ? null : 0x800 | 0x80000 | (followLink ? 0 : noFollow); // O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW
    }

    /// <summary>Opens a file, under the lock that .NET takes: shared, of what it reads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">Those of <see cref="Flags"/>, and others.</param>
    /// <param name="alone">Whether nobody else may have it open under a lock.</param>
    /// <exception cref="IOException">It can't be opened, or another process has it for itself.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle Open(string path, int flags, bool alone = false)
    {
        const int Shared = 1 | 4; // LOCK_SH | LOCK_NB, flock(2)
        const int Exclusive = 2 | 4; // LOCK_EX | LOCK_NB
        int descriptor;
        int error = 0;
        do
        {
            descriptor = open(path, flags, OwnerOnly);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);

        if (descriptor < 0)
        {
            throw ExceptionOf(error, path);
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        int wouldBlock = OperatingSystem.IsMacOS() ? 35 : 11; // EWOULDBLOCK
        if (flock(descriptor, alone ? Exclusive : Shared) != 0 && Marshal.GetLastPInvokeError() == wouldBlock)
        {
            file.Dispose();
            throw new IOException("Another process has the file open for itself.", wouldBlock);
        }

        if (OperatingSystem.IsLinux())
        {
            const int Sequential = 2; // POSIX_FADV_SEQUENTIAL
            _ = posix_fadvise(descriptor, 0, 0, Sequential);
        }

        return file;
    }

    /// <summary>
    /// Creates a file for its owner alone and under a lock, where that is known to work: what the managed way does with a stream and seven more system
    /// calls. It tells what is wrong, when this one fails.
    /// </summary>
    public static SafeFileHandle? TryCreateLocked(string path)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return null;
        }

        const int Exclusively = 0x80 | 0x80000; // O_EXCL | O_CLOEXEC, open(2)
        int descriptor = open(path, ReadWrite | Create | Exclusively, OwnerOnly);
        if (descriptor < 0)
        {
            return null;
        }

        const int Exclusive = 2; // LOCK_EX, flock(2)
        _ = flock(descriptor, Exclusive); // A sweep may have it for a moment.
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Gives the lock back, which a child process that inherited the file would keep.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        const int Unlocked = 8; // LOCK_UN, flock(2)
        _ = flock((int)file.DangerousGetHandle(), Unlocked);
    }

    /// <summary>Puts the names in a folder on the disk.</summary>
    /// <exception cref="IOException">That failed; a file system without the notion is none.</exception>
    public static void FlushFolder(string folder)
    {
        int descriptor = open(folder, flags: 0, mode: 0);
        if (descriptor < 0)
        {
            throw ExceptionOf(Marshal.GetLastPInvokeError(), folder);
        }

        using var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(opened);
    }

    /// <summary>
    /// Renames where the new name is free: <c>File.Move</c> looks first and then renames, which overwrites a file that came into being in between.
    /// </summary>
    /// <returns>Whether it did; not where the system has no such call.</returns>
    /// <exception cref="IOException">The name is taken.</exception>
    public static bool TryRenameExclusively(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

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

    /// <summary>What the system says of an open file; <see langword="null"/> where it has no such call.</summary>
    /// <exception cref="IOException">It doesn't tell.</exception>
    public static UnixStat? Stat(SafeFileHandle file)
    {
        const int OfDescriptor = 0x1000; // AT_EMPTY_PATH
        return OperatingSystem.IsLinux() ? Stat((int)file.DangerousGetHandle(), string.Empty, OfDescriptor) : null;
    }

    /// <summary>What the system says of a name, a link itself; <see langword="null"/> when there is nothing, or no such call.</summary>
    /// <exception cref="IOException">It doesn't tell.</exception>
    public static UnixStat? Stat(string path)
    {
        const int OfLink = 0x100; // AT_SYMLINK_NOFOLLOW
        return OperatingSystem.IsLinux() ? Stat(CurrentFolder, path, OfLink) : null;
    }

    /// <summary>Has two files change their names, in one step.</summary>
    /// <returns>Whether they did; not where the file system has no such step.</returns>
    /// <exception cref="IOException">One is missing, or it may not be done.</exception>
    public static bool TryExchange(string one, string other)
    {
        const uint Exchange = 2; // RENAME_EXCHANGE, renameat2(2)
        const int NoSuchCall = 38; // ENOSYS
        const int NotThere = 22; // EINVAL: not of this file system
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            if (renameat2(CurrentFolder, one, CurrentFolder, other, Exchange) == 0)
            {
                return true;
            }

            int error = Marshal.GetLastPInvokeError();
            return error is NoSuchCall or NotThere ? false : throw ExceptionOf(error, other);
        }
        catch (EntryPointNotFoundException)
        {
            return false; // An older C library.
        }
    }

    /// <summary>Gives a file the owner, group and rights of another.</summary>
    /// <param name="file">The file.</param>
    /// <param name="like">The other, open.</param>
    public static void CopyRights(SafeFileHandle file, SafeFileHandle like)
    {
        UnixStat? own = Stat(file);
        UnixStat? stat = Stat(like);
        bool isGiven = stat is not null && own is not null && (own.Owner, own.Group) != (stat.Owner, stat.Group);
        if (isGiven)
        {
            // Only the administrator may give a file away; whoever else replaces one becomes its owner, as by any rename.
            _ = fchown((int)file.DangerousGetHandle(), stat!.Owner, stat.Group);
        }

        // To give a file away takes rights from it.
        if (!OperatingSystem.IsWindows() && (isGiven || stat is null || own?.Rights != stat.Rights))
        {
            File.SetUnixFileMode(file, stat?.Rights ?? File.GetUnixFileMode(like));
        }
    }

    private static UnixStat? Stat(int folder, string path, int flags)
    {
        // struct statx of the kernel's linux/stat.h: the same on every architecture.
        const uint Basic = 0x7ff; // STATX_BASIC_STATS
        const int Length = 256;
        const int Rights = 0xfff; // 07777, inode(7)
        Span<byte> bytes = stackalloc byte[Length];
        if (statx(folder, path, flags, Basic, ref MemoryMarshal.GetReference(bytes)) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error is NoFile or NotAFolder ? null : throw ExceptionOf(error, path);
        }

        long seconds = MemoryMarshal.Read<long>(bytes[112..]);
        uint nanoseconds = MemoryMarshal.Read<uint>(bytes[120..]);
        return new UnixStat(
            ((ulong)MemoryMarshal.Read<uint>(bytes[136..]) << 32) | MemoryMarshal.Read<uint>(bytes[140..]),
            MemoryMarshal.Read<ulong>(bytes[32..]),
            MemoryMarshal.Read<long>(bytes[40..]),
            unchecked((seconds * 1_000_000_000) + nanoseconds),
            MemoryMarshal.Read<uint>(bytes[20..]),
            MemoryMarshal.Read<uint>(bytes[24..]),
            (UnixFileMode)(MemoryMarshal.Read<ushort>(bytes[28..]) & Rights));
    }

    private static Exception ExceptionOf(int error, string path)
    {
        string text = Marshal.GetPInvokeErrorMessage(error);
        return error switch
        {
            NoFile => new FileNotFoundException(text, path),
            NotAFolder => new DirectoryNotFoundException(text),
            NoAccess or NotPermitted => new UnauthorizedAccessException(text),
            _ => new IOException(text, error),
        };
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int renameat2(
        int fromFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string from, int toFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte stat);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fchown(int descriptor, uint owner, uint group);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int posix_fadvise(int descriptor, long offset, long length, int advice);
}
