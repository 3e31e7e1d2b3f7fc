using Microsoft.Win32.SafeHandles;
using TenantEncryption.Files;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>The real file system, with a record of every effect in order, for <see cref="PowerLoss"/> to replay.</summary>
internal sealed class RecordedFileEffects : IFileEffects
{
    private readonly FileEffects _real = new();
    private readonly Dictionary<SafeFileHandle, string> _open = [];
    private readonly List<FileEffect> _effects = [];

    public IReadOnlyList<FileEffect> Effects => _effects;

    public SafeFileHandle OpenRead(string path, bool followLink) => _real.OpenRead(path, followLink);

    public IEnumerable<FolderEntry> List(string folder, NameFilter takes) => _real.List(folder, takes);

    public SafeFileHandle? TryOpenUnused(string path) => _real.TryOpenUnused(path);

    public SafeFileHandle? TryShare(string path) => _real.TryShare(path);

    public SafeFileHandle CreateExclusive(string path)
    {
        SafeFileHandle file = _real.CreateExclusive(path);
        lock (_open)
        {
            _open[file] = path;
            _effects.Add(new FileEffect("create", path));
        }

        return file;
    }

    public void Flush(SafeFileHandle file)
    {
        _real.Flush(file);
        byte[] content = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, content, 0);
        lock (_open)
        {
            _effects.Add(new FileEffect("flush", _open[file], Content: content));
        }
    }

    public void Close(SafeFileHandle file) => _real.Close(file);

    public void Rename(string from, string to, bool replace)
    {
        _real.Rename(from, to, replace);
        Add(new FileEffect("rename", from, to));
    }

    public bool TryReplace(string from, string to, FileMark expected)
    {
        bool replaced = _real.TryReplace(from, to, expected);
        if (replaced)
        {
            Add(new FileEffect("rename", from, to));
        }

        return replaced;
    }

    public void FlushFolder(string folder)
    {
        _real.FlushFolder(folder);
        Add(new FileEffect("flush folder", folder));
    }

    public void Delete(string path)
    {
        _real.Delete(path);
        Add(new FileEffect("delete", path));
    }

    public void CreateFolder(string folder) => _real.CreateFolder(folder);

    private void Add(FileEffect effect)
    {
        lock (_open)
        {
            _effects.Add(effect);
        }
    }
}
