using System.IO.Enumeration;

namespace TenantEncryption.Files;

/// <summary>Lists folders, one at a time: one that can't be listed costs what is in it and nothing else.</summary>
internal static class FolderListing
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = default, IgnoreInaccessible = false };

    /// <summary>Lists what is in a folder and is no folder itself. Links are not followed: they may lead out of it, or back into it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="recurse">Whether the folders below it are listed, too.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Files and what else there is, and the folders that could not be listed, in the order of their paths.</returns>
    public static List<ListedEntry> List(string folder, bool recurse, CancellationToken stop)
    {
        var found = new List<ListedEntry>();
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out string? next))
        {
            if (FileFailure.Catch(next, "listed", () => List(next, recurse, found, folders, stop), stop) is { } failure)
            {
                found.Add(new ListedEntry(next, EntryKind.Folder, failure));
            }
        }

        found.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        return found;
    }

    private static void List(string folder, bool recurse, List<ListedEntry> found, Stack<string> folders, CancellationToken stop)
    {
        foreach (ListedEntry entry in new FileSystemEnumerable<ListedEntry>(folder, Describe, Everything))
        {
            stop.ThrowIfCancellationRequested();
            if (entry.Kind != EntryKind.Folder)
            {
                found.Add(entry);
            }
            else if (recurse)
            {
                folders.Push(entry.Path);
            }
        }
    }

    private static ListedEntry Describe(ref FileSystemEntry entry)
    {
        string path = entry.ToSpecifiedFullPath();
        return new ListedEntry(path, EntryKinds.Of(ref entry, path), null);
    }
}
