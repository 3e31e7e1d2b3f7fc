namespace TenantEncryption.Data.Batches;

/// <summary>Sums the progress of files up for a command.</summary>
internal sealed class FileProgress
{
    private readonly IProgress<DataProgress>? _target;
    private readonly IReadOnlyList<string> _sources;
    private readonly long[] _bytesOf;
    private readonly int[] _isDone;
    private readonly Lazy<long> _bytesTotal;
    private int _filesDone;
    private long _bytesDone;

    /// <summary>Makes a sum over source files.</summary>
    /// <param name="target">Who is told; nobody when <see langword="null"/>.</param>
    /// <param name="sources">The files, by which they are numbered.</param>
    public FileProgress(IProgress<DataProgress>? target, IReadOnlyList<string> sources)
    {
        (_target, _sources) = (target, sources);
        _bytesOf = new long[target is null ? 0 : sources.Count];
        _isDone = new int[target is null ? 0 : sources.Count];
        _bytesTotal = new Lazy<long>(Measure);
    }

    /// <summary>Files in all.</summary>
    public int FilesTotal => _sources.Count;

    /// <summary>Bytes in all: a look at each file costs too much for a command that is done before anybody asks.</summary>
    public long BytesTotal => _bytesTotal.Value;

    /// <summary>The progress of one file.</summary>
    public IProgress<long>? Of(int file) => _target is null ? null : new OneFile(this, file);

    /// <summary>Says that a file is done, well or not.</summary>
    public void FileDone(int file)
    {
        if (_target is null)
        {
            return;
        }

        // A file that has to be written again was counted.
        if (Interlocked.Exchange(ref _isDone[file], 1) == 0)
        {
            Interlocked.Increment(ref _filesDone);
        }

        Report(file);
    }

    private long Measure()
    {
        long sum = 0;
        for (int file = 0; file < _bytesOf.Length; file++)
        {
            sum += Volatile.Read(ref _isDone[file]) != 0 ? Interlocked.Read(ref _bytesOf[file])
                : LengthOf(_sources[file]);
        }

        return sum;
    }

    // A file that is gone by now has its outcome elsewhere.
    private static long LengthOf(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } waiting ? waiting.Length : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private void Report(int file) =>
        _target?.Report(new DataProgress(this, Volatile.Read(ref _filesDone), Interlocked.Read(ref _bytesDone), _sources[file]));

    // The envelope reports how many bytes of the file are done; the command wants the sum over its files.
    private sealed class OneFile(FileProgress owner, int file) : IProgress<long>
    {
        public void Report(long value)
        {
            ref long done = ref owner._bytesOf[file];
            long before = Interlocked.Exchange(ref done, Math.Max(value, Interlocked.Read(ref done)));
            Interlocked.Add(ref owner._bytesDone, Math.Max(0, value - before));
            owner.Report(file);
        }
    }
}
