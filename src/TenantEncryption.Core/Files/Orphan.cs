using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Files;

/// <summary>Removes what crashed processes left. What a live process has open is locked, and stays; so does what is no file.</summary>
internal static class Orphan
{
    // A file that was made just now may not be locked yet.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Removes a temporary file, unless it is in use or was made just now.</summary>
    public static void Remove(IFileEffects effects, string path, DateTimeOffset now) =>
        Remove(effects, path, file => RegularFile.LengthOrZero(file) > 0 || now - File.GetLastWriteTimeUtc(file) > Fresh);

    /// <summary>Removes a file that nobody has open.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="isOrphan">Whether it is to go, of the open file.</param>
    public static void Remove(IFileEffects effects, string path, Func<SafeFileHandle, bool> isOrphan)
    {
        try
        {
            using SafeFileHandle? unused = effects.TryOpenUnused(path);
            if (unused is not null && isOrphan(unused))
            {
                effects.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not ours to remove.
        }
    }
}
