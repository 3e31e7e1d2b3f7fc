using System.IO.Enumeration;

namespace TenantEncryption.Data.Files;

/// <summary>
/// A folder of outputs, listed once before anything is written to it: which outputs exist, and what crashed processes left. To look for each
/// output by its name costs far more: a look waits for whoever writes to the folder.
/// </summary>
internal static class OutputFolder
{
    // A file that was made just now may not be locked yet.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private static readonly StringComparison NameComparison =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = default, IgnoreInaccessible = false };

    /// <summary>Compares paths as the platform's file systems do by default.</summary>
    public static StringComparer PathComparer { get; } = StringComparer.FromComparison(NameComparison);

    /// <summary>Lists the folders of all outputs, removes orphans from them, and notes which outputs exist.</summary>
    /// <param name="files">The command's files, with full paths; those whose output exists are replaced.</param>
    /// <param name="now">The time.</param>
    public static void Survey(FileRequest[] files, DateTimeOffset now)
    {
        foreach (IGrouping<string, int> folder in Enumerable.Range(0, files.Length).Where(index => !files[index].IsSettled).GroupBy(index => FolderOf(files[index]), PathComparer))
        {
            var outputs = folder.ToLookup(index => files[index].Destination, PathComparer);
            foreach ((string path, bool isFolder) in List(folder.Key, [.. folder.Select(index => HashOf(Path.GetFileName(files[index].Destination.AsSpan())))]))
            {
                if (OutputFile.IsTemporary(path))
                {
                    RemoveOrphan(path, now);
                }

                foreach (int index in outputs[path])
                {
                    files[index] = files[index] with { Existing = isFolder ? ExistingEntry.Folder : ExistingEntry.File };
                }
            }
        }
    }

    private static string FolderOf(FileRequest file) => Path.GetDirectoryName(file.Destination) ?? file.Destination;

    // Of a large folder only the names that matter become strings.
    private static IReadOnlyList<(string Path, bool IsFolder)> List(string folder, HashSet<int> hashes)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        try
        {
            return
            [
                .. new FileSystemEnumerable<(string, bool)>(folder, (ref FileSystemEntry entry) => (entry.ToSpecifiedFullPath(), entry.IsDirectory), Everything)
                {
                    ShouldIncludePredicate = (ref FileSystemEntry entry) => hashes.Contains(HashOf(entry.FileName)) || OutputFile.IsTemporary(entry.FileName),
                },
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // A folder that can be written may not be listed. A file that exists is refused when another is to take its name.
        }
    }

    private static int HashOf(ReadOnlySpan<char> name) => string.GetHashCode(name, NameComparison);

    // Files that a live process has open are locked, and stay.
    private static void RemoveOrphan(string path, DateTimeOffset now)
    {
        try
        {
            FileShare share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
            using var locked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, share);
            if (locked.Length > 0 || now - File.GetLastWriteTimeUtc(locked.SafeFileHandle) > Fresh)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, or not ours to remove.
        }
    }
}
