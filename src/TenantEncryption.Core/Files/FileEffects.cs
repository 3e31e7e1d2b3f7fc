using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>The effects on the real file system.</summary>
internal sealed class FileEffects : IFileEffects
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = default, IgnoreInaccessible = false };

    /// <inheritdoc/>
    public SafeFileHandle OpenRead(string path, bool followLink) =>
        UnixFile.Flags(followLink) is { } flags
            ? UnixFile.Open(path, flags)
            : FileInUse.Wait(() => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan));

    /// <inheritdoc/>
    public IEnumerable<FolderEntry> List(string folder, NameFilter takes) =>
        new FileSystemEnumerable<FolderEntry>(
            folder, (ref FileSystemEntry entry) => new FolderEntry(entry.ToSpecifiedFullPath(), entry.IsDirectory), Everything)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => takes(entry.FileName),
        };

    /// <inheritdoc/>
    public SafeFileHandle? TryOpenUnused(string path) => LockedFile.TryOpenUnused(path);

    /// <inheritdoc/>
    public SafeFileHandle? TryShare(string path) => LockedFile.TryShare(path);

    /// <inheritdoc/>
    public SafeFileHandle CreateExclusive(string path)
    {
        if (UnixFile.TryCreateLocked(path) is { } created)
        {
            return created;
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            // On Unix this takes the advisory lock that the sweep respects; on Windows it lets the open file take its name.
            Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options).SafeFileHandle;
    }

    /// <inheritdoc/>
    public void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <inheritdoc/>
    public void Close(SafeFileHandle file)
    {
        if (file.IsClosed)
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            UnixFile.Unlock(file);
        }

        file.Dispose();
    }

    /// <inheritdoc/>
    public void Rename(string from, string to, bool replace)
    {
        if (OperatingSystem.IsWindows())
        {
            FileInUse.Wait(() => WindowsFile.Rename(from, to, replace));
        }
        else if (replace || !UnixFile.TryRenameExclusively(from, to))
        {
            File.Move(from, to, replace);
        }
    }

    /// <inheritdoc/>
    public bool TryReplace(string from, string to, FileMark expected)
    {
        // Open, and so under a lock, what is replaced is no orphan that a sweep may take, whatever its name is for a moment.
        using SafeFileHandle? replaced = TryOpenUnchanged(to, expected);
        if (replaced is null)
        {
            return false;
        }

        FileMark? own = FileMark.At(from);
        if (!UnixFile.TryExchange(from, to))
        {
            replaced.Dispose(); // Windows replaces nothing that is open.
            Rename(from, to, replace: true);
            return true;
        }

        // What came between the look and the exchange is found now: nobody loses what he wrote.
        if (FileMark.At(from) == expected)
        {
            Delete(from);
            return true;
        }

        while (FileMark.At(from) != own && UnixFile.TryExchange(from, to))
        {
            // Whatever has the name by now has it again.
        }

        return false;
    }

    /// <inheritdoc/>
    public void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // A rename was on the disk when it returned.
        }

        UnixFile.FlushFolder(folder);
    }

    /// <inheritdoc/>
    public void Delete(string path) => FileInUse.Wait(() => File.Delete(path));

    /// <inheritdoc/>
    public void CreateFolder(string folder)
    {
        // A new folder's own entry is on the disk when the folder above it is flushed.
        var parents = new List<string>();
        for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
        {
            parents.Add(Path.GetDirectoryName(at) ?? at);
        }

        Directory.CreateDirectory(folder);
        parents.ForEach(FlushFolder);
    }

    private SafeFileHandle? TryOpenUnchanged(string path, FileMark expected)
    {
        try
        {
            SafeFileHandle file = OpenRead(path, followLink: false);
            if (FileMark.Of(file) == expected)
            {
                return file;
            }

            file.Dispose();
            return null;
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException || FileInUse.Is(exception))
        {
            return null; // Gone, or another one that somebody writes just now.
        }
    }
}
