using System.Runtime.InteropServices;

namespace TenantEncryption.Keys;

/// <summary>
/// Pages of memory outside the garbage collector's heap, which never moves or copies them: locked, so that they are not swapped (mlock(2), VirtualLock), and on Linux
/// left out of core dumps and zero in a child that was forked (madvise(2): MADV_DONTDUMP, MADV_WIPEONFORK). They are zero when they are new.
/// </summary>
internal static class LockedPages
{
    private static string? _failure;

    /// <summary>Why pages could not be locked, with the remedy; <see langword="null"/> while all are.</summary>
    public static string? Failure => Volatile.Read(ref _failure);

    /// <summary>The least number of whole pages that hold so many bytes, in bytes.</summary>
    public static nuint Round(int length) => ((nuint)length + (nuint)Environment.SystemPageSize - 1) / (nuint)Environment.SystemPageSize * (nuint)Environment.SystemPageSize;

    /// <summary>Makes pages.</summary>
    /// <param name="length">Their length in bytes, a multiple of a page's.</param>
    /// <exception cref="InsufficientMemoryException">The system has none. That it can't lock them is no error: <see cref="Failure"/>.</exception>
    public static nint Map(nuint length)
    {
        nint pages = OperatingSystem.IsWindows() ? Windows.Map(length) : Unix.Map(length);
        if (pages is 0 or -1)
        {
            throw new InsufficientMemoryException($"The system has no {length} bytes for a key in memory: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        if (!OperatingSystem.IsWindows())
        {
            Unix.Hide(pages, length);
        }

        if (!(OperatingSystem.IsWindows() ? Windows.VirtualLock(pages, length) : Unix.mlock(pages, length) == 0))
        {
            Interlocked.CompareExchange(ref _failure, Explain(Marshal.GetLastPInvokeErrorMessage()), null);
        }

        return pages;
    }

    /// <summary>Gives pages back, which their owner has zeroed.</summary>
    public static void Unmap(nint pages, nuint length)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = Windows.VirtualFree(pages, 0, Windows.Release);
        }
        else
        {
            _ = Unix.munmap(pages, length);
        }
    }

    private static string Explain(string error) => OperatingSystem.IsWindows()
        ? $"Keys in memory can't be locked (VirtualLock: {error}), so Windows may write them to the page file. Encrypt it ('fsutil behavior set encryptpagingfile 1') or turn it off."
        : $"Keys in memory can't be locked (mlock: {error}), so the system may write them to swap. Raise the limit of locked memory ('ulimit -l', LimitMEMLOCK= of the systemd unit, "
            + "--ulimit memlock of the container), or turn swap off or encrypt it.";

    private static class Unix
    {
        private const int ReadWrite = 1 | 2; // PROT_READ | PROT_WRITE
        private const int DontDump = 16; // MADV_DONTDUMP, Linux 3.4
        private const int WipeOnFork = 18; // MADV_WIPEONFORK, Linux 4.14

        // MAP_PRIVATE | MAP_ANONYMOUS: the same on every architecture of Linux that .NET runs on, and on the BSDs.
        private static int PrivateAnonymous => 2 | (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 0x20 : 0x1000);

        public static nint Map(nuint length) => mmap(0, length, ReadWrite, PrivateAnonymous, -1, 0);

        // An older kernel that can't is no worse off than without the call.
        public static void Hide(nint pages, nuint length)
        {
            if (OperatingSystem.IsLinux())
            {
                _ = madvise(pages, length, DontDump);
                _ = madvise(pages, length, WipeOnFork);
            }
        }

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int mlock(nint address, nuint length);

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int munmap(nint address, nuint length);

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int madvise(nint address, nuint length, int advice);
    }

    private static class Windows
    {
        public const uint Release = 0x8000; // MEM_RELEASE
        private const uint CommitReserve = 0x1000 | 0x2000; // MEM_COMMIT | MEM_RESERVE
        private const uint ReadWrite = 4; // PAGE_READWRITE

        public static nint Map(nuint length) => VirtualAlloc(0, length, CommitReserve, ReadWrite);

        [DllImport("kernel32", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        public static extern bool VirtualLock(nint address, nuint length);

        [DllImport("kernel32")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        public static extern bool VirtualFree(nint address, nuint length, uint type);

        [DllImport("kernel32", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
        private static extern nint VirtualAlloc(nint address, nuint length, uint type, uint protection);
    }
}
