using TenantEncryption.Keys;

namespace TenantEncryption.Events;

/// <summary>The head of the event log, kept in a small file outside the store: an older copy of the database does not fit it.</summary>
internal sealed class HeadFile(string folder, string storeId)
{
    private const string TemporaryMark = "tmp-";

    // What another process writes at this moment is not swept.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();
    private readonly string _path = Path.Combine(folder, storeId + ".head");
    private bool _swept;

    /// <summary>Reads the head, or <see langword="null"/> when none was kept.</summary>
    public EventLogHead? Read()
    {
        try
        {
            return EventLogHead.Parse(File.ReadAllText(_path).Trim());
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or TenantEncryptionException)
        {
            return null;
        }
    }

    /// <summary>Keeps a head unless a later one is kept already.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Keep(EventLogHead head)
    {
        lock (_gate)
        {
            if (Read() is { } kept && kept.Sequence >= head.Sequence)
            {
                return;
            }

            CreateFolder();
            Sweep();
            string temporary = _path + "." + Identifiers.New(TemporaryMark);
            try
            {
                File.WriteAllText(temporary, head.ToString());
                File.Move(temporary, _path, overwrite: true);
            }
            catch
            {
                TryDelete(temporary);
                throw;
            }
        }
    }

    // What processes left that died in between; once is enough.
    private void Sweep()
    {
        if (_swept)
        {
            return;
        }

        _swept = true;
        foreach (FileInfo left in new DirectoryInfo(folder).EnumerateFiles($"{storeId}.head.{TemporaryMark}*"))
        {
            if (DateTime.UtcNow - left.LastWriteTimeUtc > Fresh)
            {
                TryDelete(left.FullName);
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next process sweeps it.
        }
    }

    // Root keys may come to be kept in the same folder, and are refused in one that others can use.
    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
