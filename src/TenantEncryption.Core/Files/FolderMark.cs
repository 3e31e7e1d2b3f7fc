using Microsoft.Win32.SafeHandles;

namespace TenantEncryption.Files;

/// <summary>
/// A file of a fixed name in a folder that is too large for every command to list: it says that somebody writes there. Who finds one that nobody
/// holds knows that its writer died, and lists the folder once to sweep it. Marks that are lost cost no data: what a crash left stays longer.
/// </summary>
internal sealed class FolderMark : IDisposable
{
    /// <summary>The name of a mark.</summary>
    public const string Name = OutputFile.Suffix;

    private readonly IFileEffects _effects;
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    private FolderMark(IFileEffects effects, string path, SafeFileHandle handle) => (_effects, _path, _handle) = (effects, path, handle);

    /// <summary>Places a mark in a folder, beside those of other commands; <see langword="null"/> where that can't be done.</summary>
    public static FolderMark? TryPlace(IFileEffects effects, string folder)
    {
        string path = Path.Join(folder, Name);
        return effects.TryShare(path) is { } handle ? new FolderMark(effects, path, handle) : null;
    }

    /// <summary>Whether a folder has a mark that nobody holds.</summary>
    public static bool WasLeft(IFileEffects effects, string folder)
    {
        using SafeFileHandle? left = effects.TryOpenUnused(Path.Join(folder, Name));
        return left is not null;
    }

    /// <summary>Takes the mark away, unless another command holds it, too.</summary>
    public void Dispose()
    {
        _effects.Close(_handle);
        Orphan.Remove(_effects, _path, isOrphan: _ => true);
    }
}
