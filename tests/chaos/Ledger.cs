namespace TenantEncryption.Chaos;

/// <summary>A list of pairs in a file that is only ever appended to. A pair cut short by its writer's death does not count.</summary>
internal sealed class Ledger(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Notes a name, with the message that holds its value, if it is one.</summary>
    public void Add(string name, byte[] message)
    {
        using var line = new MemoryStream();
        using (var writer = new BinaryWriter(line))
        {
            writer.Write(name);
            writer.Write(message.Length);
            writer.Write(message);
        }

        _file.Write(line.ToArray());
    }

    /// <summary>All pairs of all ledgers in a folder.</summary>
    public static IEnumerable<(string Name, byte[] Message)> Read(string folder, string pattern)
    {
        foreach (string path in Directory.GetFiles(folder, pattern))
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            while (TryRead(reader, out (string Name, byte[] Message) pair))
            {
                yield return pair;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool TryRead(BinaryReader reader, out (string Name, byte[] Message) pair)
    {
        try
        {
            string name = reader.ReadString();
            int length = reader.ReadInt32();
            byte[] message = reader.ReadBytes(length);
            pair = (name, message);
            return message.Length == length;
        }
        catch (EndOfStreamException)
        {
            pair = default;
            return false;
        }
    }
}
