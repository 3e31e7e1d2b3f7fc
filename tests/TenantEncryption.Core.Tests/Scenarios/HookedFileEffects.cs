using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using TenantEncryption.Files;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>The real file system, where a test does something just before an effect; what it throws is the effect's failure.</summary>
internal sealed class HookedFileEffects : IFileEffects
{
    private readonly FileEffects _real = new();
    private readonly ConcurrentBag<SafeFileHandle> _created = [];

    public Action<string>? BeforeOpen { get; set; }

    public Action<string>? BeforeList { get; set; }

    /// <summary>How many entries of folders were read.</summary>
    public int EntriesListed { get; set; }

    public Action<string>? BeforeCreate { get; set; }

    public Action<SafeFileHandle>? BeforeFlush { get; set; }

    /// <summary>Gets both names.</summary>
    public Action<string, string>? BeforeRename { get; set; }

    public Action<string>? AfterRename { get; set; }

    public Action<string>? BeforeFlushFolder { get; set; }

    public Action<string>? BeforeDelete { get; set; }

    public SafeFileHandle OpenRead(string path, bool followLink)
    {
        BeforeOpen?.Invoke(path);
        return _real.OpenRead(path, followLink);
    }

    public IEnumerable<FolderEntry> List(string folder, NameFilter takes)
    {
        BeforeList?.Invoke(folder);
        return _real.List(folder, name =>
        {
            EntriesListed++;
            return takes(name);
        });
    }

    public SafeFileHandle? TryOpenUnused(string path) => _real.TryOpenUnused(path);

    public SafeFileHandle? TryShare(string path) => _real.TryShare(path);

    public SafeFileHandle CreateExclusive(string path)
    {
        BeforeCreate?.Invoke(path);
        SafeFileHandle created = _real.CreateExclusive(path);
        _created.Add(created);
        return created;
    }

    /// <summary>Closes what was created, as the system does when a process dies.</summary>
    public void CloseAll()
    {
        foreach (SafeFileHandle file in _created)
        {
            _real.Close(file);
        }
    }

    public void Flush(SafeFileHandle file)
    {
        BeforeFlush?.Invoke(file);
        _real.Flush(file);
    }

    public void Close(SafeFileHandle file) => _real.Close(file);

    public void Rename(string from, string to, bool replace)
    {
        BeforeRename?.Invoke(from, to);
        _real.Rename(from, to, replace);
        AfterRename?.Invoke(to);
    }

    public bool TryReplace(string from, string to, FileMark expected)
    {
        BeforeRename?.Invoke(from, to);
        bool replaced = _real.TryReplace(from, to, expected);
        AfterRename?.Invoke(to);
        return replaced;
    }

    public void FlushFolder(string folder)
    {
        BeforeFlushFolder?.Invoke(folder);
        _real.FlushFolder(folder);
    }

    public void Delete(string path)
    {
        BeforeDelete?.Invoke(path);
        _real.Delete(path);
    }

    public void CreateFolder(string folder) => _real.CreateFolder(folder);
}
