using System.Text.Json;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>
/// The changes of the state in the order they were made, one line of JSON for each transaction, on the disk before the caller
/// learns of it. A last line without its end is what a crash left of a transaction that nobody was told of: it is cut off.
/// </summary>
internal sealed class Work : IDisposable
{
    private const string FileName = "state.jsonl";

    private readonly FileStream _file;

    private Work(FileStream file) => _file = file;

    /// <summary>
    /// Opens the journal of a folder, makes both where needed, and hands every transaction of it to <paramref name="replay"/>.
    /// </summary>
    /// <param name="folder">The data folder. Key material is in it in the clear, so it is made for its owner alone.</param>
    /// <param name="replay">Takes one transaction.</param>
    /// <exception cref="IOException">Another process uses the folder.</exception>
    /// <exception cref="InvalidDataException">A line that is not the last is damaged.</exception>
    public static Work Open(string folder, Action<IReadOnlyList<Change>> replay)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        string path = Path.Combine(folder, FileName);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        try
        {
            Replay(file, path, replay);
            return new Work(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a transaction and waits for the disk.</summary>
    public void Append(IReadOnlyList<Change> transaction)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(transaction, StateJson.Default.IReadOnlyListChange);
        byte[] line = [.. json, (byte)'\n'];
        long before = _file.Position;
        try
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        catch
        {
            // A half-written line would damage the journal for the next transaction.
            _file.SetLength(before);
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static void Replay(FileStream file, string path, Action<IReadOnlyList<Change>> replay)
    {
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        int start = 0;
        for (int line = 1; start < content.Length; line++)
        {
            int length = content.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            try
            {
                replay(JsonSerializer.Deserialize(content.AsSpan(start, length), StateJson.Default.ListChange)!);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"Line {line} of {path} is damaged: {e.Message}", e);
            }

            start += length + 1;
        }

        file.SetLength(start);
        file.Position = start;
    }
}
