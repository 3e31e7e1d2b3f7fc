using System.Runtime.InteropServices;

namespace TenantEncryption.Files;

/// <summary>How many files this process may have open, and has.</summary>
internal static class OpenFileLimit
{
    /// <summary>The limit; <see langword="null"/> where there is none that matters. The runtime raises the soft limit to the hard one as it starts.</summary>
    public static long? OfProcess()
    {
        int? resource = OperatingSystem.IsLinux() ? 7 : OperatingSystem.IsMacOS() ? 8 : null; // RLIMIT_NOFILE, getrlimit(2)
        return resource is { } files && getrlimit(files, out Limit limit) == 0 && limit.Soft < long.MaxValue ? (long)limit.Soft : null;
    }

    /// <summary>How many descriptors are open.</summary>
    public static int CountOpen() => Directory.EnumerateFileSystemEntries(OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd").Count();

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getrlimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
