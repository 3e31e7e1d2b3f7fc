using TenantEncryption.Data;

namespace TenantEncryption.Files;

/// <summary>
/// The folders of a command's outputs, looked at before anything is written: which outputs exist, and what crashed processes left. A folder is
/// listed where that costs little beside the outputs; in one that is large for them, each output is looked for by its name, as a command on one file must
/// not cost more the more files there are.
/// </summary>
internal static class OutputFolder
{
    // To read as many entries costs less than a millisecond.
    private const int ReadAnyway = 512;

    // What a look for one output costs, in entries of a listing.
    private const int ReadForEach = 16;

    /// <summary>The folder of a file's output.</summary>
    public static string Of(FileRequest file) => Path.GetDirectoryName(file.Destination) ?? file.Destination;

    /// <summary>Looks at the folders of all outputs, removes orphans from them, and notes which outputs exist.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="files">The command's files, with full paths; those of which something is noted are replaced.</param>
    /// <param name="now">The time.</param>
    /// <param name="warn">Is told of what is no file and has the name of a temporary one.</param>
    public static void Survey(IFileEffects effects, FileRequest[] files, DateTimeOffset now, Action<string> warn)
    {
        foreach (IGrouping<string, int> folder in Enumerable.Range(0, files.Length).Where(index => !files[index].IsSettled).GroupBy(index => Of(files[index]), PathIdentity.Comparer))
        {
            Survey(effects, files, folder.Key, [.. folder], now, warn);
        }
    }

    private static void Survey(IFileEffects effects, FileRequest[] files, string folder, int[] indexes, DateTimeOffset now, Action<string> warn)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var outputs = indexes.ToLookup(index => files[index].Destination, PathIdentity.Comparer);
        HashSet<int> hashes = [.. indexes.Select(index => HashOf(Path.GetFileName(files[index].Destination.AsSpan())))];
        int most = MostRead(indexes.Length);
        List<FolderEntry> found = List(effects, folder, hashes, most, out int read);
        bool isWhole = read <= most;
        if (!isWhole)
        {
            found = [.. found.Where(entry => OutputFile.IsTemporary(entry.Path)), .. indexes.SelectMany(index => Find(files[index].Destination))];
            if (FolderMark.WasLeft(effects, folder))
            {
                found = List(effects, folder, hashes, int.MaxValue, out _);
            }
        }

        foreach (FolderEntry entry in found)
        {
            if (OutputFile.IsTemporary(entry.Path))
            {
                Sweep(effects, entry, now, warn);
            }

            foreach (int index in outputs[entry.Path])
            {
                files[index] = files[index] with { Existing = KindOf(entry) };
            }
        }

        // Who comes with one file does not list it then.
        if (!isWhole || read + indexes.Length > MostRead(outputs: 1))
        {
            foreach (int index in indexes)
            {
                files[index] = files[index] with { IsInLargeFolder = true };
            }
        }
    }

    // What stands in the way of nothing is left alone: opening a pipe could wait for ever.
    private static void Sweep(IFileEffects effects, FolderEntry entry, DateTimeOffset now, Action<string> warn)
    {
        if (KindOf(entry) == ExistingEntry.File)
        {
            Orphan.Remove(effects, entry.Path, now);
        }
        else
        {
            warn($"'{entry.Path}' has the name of a temporary file and is none: it was not made by this software. It is left alone.");
        }
    }

    private static int MostRead(int outputs) => ReadAnyway + (int)Math.Min((long)ReadForEach * outputs, int.MaxValue - ReadAnyway);

    // Those entries that matter of the first so many, and one more when there are more.
    private static List<FolderEntry> List(IFileEffects effects, string folder, HashSet<int> hashes, int most, out int read)
    {
        int seen = 0;
        var found = new List<FolderEntry>();
        try
        {
            foreach (FolderEntry entry in effects.List(
                folder, name => ++seen > most || hashes.Contains(HashOf(name)) || OutputFile.IsTemporary(name)))
            {
                if (seen > most)
                {
                    break;
                }

                found.Add(entry);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            found.Clear(); // A folder that can be written may not be listed. A file that exists is refused when another is to take its name.
        }

        read = seen;
        return found;
    }

    private static IEnumerable<FolderEntry> Find(string path)
    {
        const int Missing = -1;
        FileAttributes attributes = new FileInfo(path).Attributes;
        return (int)attributes == Missing ? [] : [new FolderEntry(path, (attributes & FileAttributes.Directory) != 0)];
    }

    private static ExistingEntry KindOf(FolderEntry entry) =>
        entry.IsFolder ? ExistingEntry.Folder
        : EntryKinds.At(entry.Path, followLink: false) is EntryKind.Pipe or EntryKind.Socket or EntryKind.Device ? ExistingEntry.Special
        : ExistingEntry.File;

    private static int HashOf(ReadOnlySpan<char> name) => string.GetHashCode(name, PathIdentity.Comparison);
}
