using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>What tells whether a file is still the one that it was: which one it is, and when and how long it was last written.</summary>
/// <param name="Identity">Which file of which volume, where the system tells; else nothing.</param>
/// <param name="Length">Bytes.</param>
/// <param name="WrittenAt">When it was last written, in the system's own units.</param>
internal sealed record FileMark(string Identity, long Length, long WrittenAt)
{
    /// <summary>The mark of an open file.</summary>
    /// <exception cref="IOException">The system doesn't tell.</exception>
    public static FileMark Of(SafeFileHandle file) =>
        UnixFile.Stat(file) is { } stat ? Of(stat) : new FileMark(string.Empty, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks);

    /// <summary>The mark of what has a name; <see langword="null"/> when nothing has. A link is not followed.</summary>
    /// <exception cref="IOException">The system doesn't tell.</exception>
    public static FileMark? At(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return UnixFile.Stat(path) is { } stat ? Of(stat) : null;
        }

        var file = new FileInfo(path);
        return file.Exists ? new FileMark(string.Empty, file.Length, file.LastWriteTimeUtc.Ticks) : null;
    }

    private static FileMark Of(UnixStat stat) => new($"{stat.Device:x}:{stat.Inode:x}", stat.Length, stat.WrittenAt);
}
