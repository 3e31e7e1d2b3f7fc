using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.Events;

/// <summary>
/// The head of the event log, kept in a small file outside the store: an older copy of the database does not fit it. Every process of the store reads it and
/// replaces it, so each waits for a moment for the others.
/// </summary>
internal sealed class HeadFile(string folder, string storeId)
{
    private const string TemporaryMark = "tmp-";

    // What another process writes at this moment is not swept.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();
    private readonly FileEffects _effects = new();
    private bool _swept;

    /// <summary>The file.</summary>
    public string Location { get; } = Path.Combine(folder, storeId + ".head");

    /// <summary>Reads the head, or <see langword="null"/> when none was kept.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public EventLogHead? Read()
    {
        try
        {
            return EventLogHead.Parse(FileInUse.Wait(ReadText).Trim());
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
            string temporary = Location + "." + Identifiers.New(TemporaryMark);
            try
            {
                File.WriteAllText(temporary, head.ToString());
                _effects.Rename(temporary, Location, replace: true);
            }
            catch
            {
                TryDelete(temporary);
                throw;
            }
        }
    }

    // Who writes a later head meanwhile is not held up.
    private string ReadText()
    {
        using var file = new FileStream(Location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var text = new StreamReader(file);
        return text.ReadToEnd();
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

    private void TryDelete(string path)
    {
        try
        {
            _effects.Delete(path);
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
