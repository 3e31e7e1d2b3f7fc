using TenantEncryption.Data;

namespace TenantEncryption.Files;

/// <summary>The marks of one command, in the large folders that it writes to.</summary>
internal sealed class FolderMarks : IDisposable
{
    // Each is an open file. A command on more large folders is rare; where it is repeated after a crash, it finds what it left.
    private const int Most = 16;

    private readonly List<FolderMark> _marks = [];

    /// <summary>Places the marks.</summary>
    /// <param name="effects">The file system.</param>
    /// <param name="files">The command's files.</param>
    public FolderMarks(IFileEffects effects, IEnumerable<FileRequest> files)
    {
        foreach (string folder in files.Where(file => file.IsInLargeFolder && !file.IsSettled).Select(OutputFolder.Of).Distinct(PathIdentity.Comparer).Take(Most))
        {
            if (FolderMark.TryPlace(effects, folder) is { } mark)
            {
                _marks.Add(mark);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _marks.ForEach(mark => mark.Dispose());
}
