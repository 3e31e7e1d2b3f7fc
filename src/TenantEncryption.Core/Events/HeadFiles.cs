using System.Security.Cryptography;
using System.Text;
using TenantEncryption.Files;
using TenantEncryption.Keys;

namespace TenantEncryption.Events;

/// <summary>
/// The heads that this machine has seen, each in a small file outside the store: an older copy of the database, or of one tenant's rows, does not fit
/// them. Every process of the store reads and replaces them, so each waits for a moment for the others.
/// </summary>
internal sealed class HeadFiles(string folder, string storeId)
{
    private const string TemporaryMark = "tmp-";
    private const string Extension = ".head";

    // What another process writes at this moment is not swept.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();
    private readonly FileEffects _effects = new();
    private bool _swept;
    private bool _created;

    /// <summary>Their folder.</summary>
    public string Location { get; } = Path.Combine(folder, storeId + ".heads");

    /// <summary>The head of a chain, or <see langword="null"/> when none was kept.</summary>
    /// <exception cref="TenantEncryptionException"><c>STORAGE_FAILED</c>: it can't be read.</exception>
    public EventLogHead? Find(string chain)
    {
        string path = PathOf(chain);
        return FileFailure.Translate(path, "read", () => Read(path));
    }

    /// <summary>Keeps a head unless a later one of its chain is kept already.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Keep(EventLogHead head)
    {
        lock (_gate)
        {
            if (Read(PathOf(head.Chain)) is { } kept && kept.Sequence >= head.Sequence)
            {
                return;
            }

            Put(head);
        }
    }

    /// <summary>Keeps a head in place of whatever was kept of its chain.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Replace(EventLogHead head)
    {
        lock (_gate)
        {
            Put(head);
        }
    }

    /// <summary>Forgets the head of a chain.</summary>
    public void Remove(string chain) => TryDelete(PathOf(chain));

    /// <summary>All heads that were kept.</summary>
    /// <exception cref="IOException">They can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be read.</exception>
    public IReadOnlyList<EventLogHead> List() => Directory.Exists(Location)
        ? [.. Directory.EnumerateFiles(Location, "*" + Extension).Select(Read).OfType<EventLogHead>()]
        : [];

    private static EventLogHead? Read(string path)
    {
        // Most often asked about what is new.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return EventLogHead.Parse(FileInUse.Wait(() => ReadText(path)).TrimEnd('\n'));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or TenantEncryptionException)
        {
            return null;
        }
    }

    private void Put(EventLogHead head)
    {
        CreateFolder();
        Sweep();
        string path = PathOf(head.Chain);
        string temporary = path + "." + Identifiers.New(TemporaryMark);
        try
        {
            File.WriteAllText(temporary, head.ToString());
            _effects.Rename(temporary, path, replace: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    // The name of a chain is a tenant's id, which may hold what no file name can.
    private string PathOf(string chain) =>
        Path.Combine(Location, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(chain)).AsSpan(0, 16)) + Extension);

    // Who writes a later head meanwhile is not held up.
    private static string ReadText(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
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
        foreach (FileInfo left in new DirectoryInfo(Location).EnumerateFiles($"*{Extension}.{TemporaryMark}*"))
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

    // Root keys may come to be kept in the folder around it, and are refused in one that others can use.
    private void CreateFolder()
    {
        if (_created)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Location);
        }
        else
        {
            const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(folder, OwnerOnly);
            Directory.CreateDirectory(Location, OwnerOnly);
        }

        _created = true;
    }
}
