using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>
/// Every effect on users' files goes through here, so that a test can replay each prefix of them with the writes that were not flushed
/// dropped, as a power loss would.
/// </summary>
internal interface IFileEffects
{
    /// <summary>Opens a file to be read from start to end. It waits for nobody: what is opened may be a pipe, which the caller then refuses.</summary>
    /// <param name="path">The file.</param>
    /// <param name="followLink">Whether a link is followed; where the platform can't refuse to, it is.</param>
    SafeFileHandle OpenRead(string path, bool followLink);

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="takes">Which entries are wanted; asked of each as it is read.</param>
    /// <returns>The entries, as they are read.</returns>
    IEnumerable<FolderEntry> List(string folder, NameFilter takes);

    /// <summary>Opens an existing file that nobody has open, so that nobody else does while the handle is. It waits for nobody and follows no link.</summary>
    /// <returns>The file; <see langword="null"/> when it is in use, or missing, or no file, or may not be opened.</returns>
    SafeFileHandle? TryOpenUnused(string path);

    /// <summary>Opens a file that several may have open at once, and makes it where it is missing. It waits for nobody and follows no link.</summary>
    /// <returns>The file; <see langword="null"/> when it can't be had.</returns>
    SafeFileHandle? TryShare(string path);

    /// <summary>Creates a file that must not exist, readable by its owner alone, locked against the sweep of other processes while it is open.</summary>
    SafeFileHandle CreateExclusive(string path);

    /// <summary>Has a file's content on the disk.</summary>
    void Flush(SafeFileHandle file);

    /// <summary>
    /// Closes a file that was created, and ends its lock at once: a process that this one just starts may have a copy of the handle for a moment,
    /// with which the lock would live on.
    /// </summary>
    void Close(SafeFileHandle file);

    /// <summary>Gives a file its name in one step.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its name.</param>
    /// <param name="replace">Whether what is there is replaced; else an existing file is an error.</param>
    void Rename(string from, string to, bool replace);

    /// <summary>Gives a file the name of another one, which goes, if that is still what it was.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The name.</param>
    /// <param name="expected">What the other one was.</param>
    /// <returns>Whether it was, and so is no more; else nothing changed.</returns>
    bool TryReplace(string from, string to, FileMark expected);

    /// <summary>Has a folder's entries on the disk.</summary>
    void FlushFolder(string folder);

    /// <summary>Removes a file.</summary>
    void Delete(string path);

    /// <summary>Makes a folder and those above it, durably.</summary>
    void CreateFolder(string folder);
}
