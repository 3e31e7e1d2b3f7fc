using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace TenantEncryption.Keys.Root;

/// <summary>Tells whether a file on Unix belongs to the user of this process; .NET itself doesn't say.</summary>
[UnsupportedOSPlatform("windows")]
internal static class FileOwner
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint OwnerId = 0x8; // STATX_UID
    private const int OwnerIdOffset = 20; // struct statx is the same on every architecture: statx(2)

    /// <summary>Whether the file, not what it may link to, belongs to this process's user.</summary>
    /// <param name="path">The path.</param>
    /// <returns><see langword="true"/> when it does.</returns>
    public static bool IsCurrentUser(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            byte[] status = new byte[256];
            return statx(CurrentDirectory, path, NoFollow, OwnerId, status) == 0
                && MemoryMarshal.Read<uint>(status.AsSpan(OwnerIdOffset)) == geteuid();
        }

        try
        {
            // Elsewhere on Unix: only the owner may set a mode (chmod(2)).
            File.SetUnixFileMode(path, File.GetUnixFileMode(path));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] status);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
