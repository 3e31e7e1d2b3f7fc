namespace TenantEncryption.Data;

/// <summary>Adds up the progress of a command's files.</summary>
internal sealed class FileProgress
{
    private readonly IProgress<DataProgress>? _target;
    private readonly int _files;
    private readonly long _bytes;
    private int _filesDone;
    private long _bytesDone;

    /// <summary>Begins with the files' lengths.</summary>
    public FileProgress(IProgress<DataProgress>? target, IReadOnlyCollection<string> sources)
    {
        _target = target;
        _files = sources.Count;
        _bytes = target is null ? 0 : sources.Sum(path => new FileInfo(path) is { Exists: true } file ? file.Length : 0);
    }

    /// <summary>The progress of one file; <see langword="null"/> when nobody listens.</summary>
    public IProgress<long>? Of(string path) => _target is null ? null : new OneFile(this, path);

    /// <summary>Notes that a file is done.</summary>
    public void FileDone(string path)
    {
        Interlocked.Increment(ref _filesDone);
        Report(path);
    }

    private void Report(string path) =>
        _target?.Report(new DataProgress(Volatile.Read(ref _filesDone), _files, Interlocked.Read(ref _bytesDone), _bytes, path));

    // The envelope reports how many bytes of the file are done; the command wants the sum over its files.
    private sealed class OneFile(FileProgress owner, string path) : IProgress<long>
    {
        private long _done;

        public void Report(long value)
        {
            long before = Interlocked.Exchange(ref _done, Math.Max(value, Interlocked.Read(ref _done)));
            Interlocked.Add(ref owner._bytesDone, Math.Max(0, value - before));
            owner.Report(path);
        }
    }
}
