namespace TenantEncryption.Fuzz;

/// <summary>A folder of messages, each in a file <c>OUTCOME.name.bin</c>. What was found once is replayed by every run of the tests.</summary>
internal static class Corpus
{
    /// <summary>The messages of a folder.</summary>
    public static IEnumerable<(string Outcome, string Name, byte[] Message)> Read(string folder) =>
        Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal).Select(path =>
        {
            string[] parts = Path.GetFileName(path).Split('.');
            return (parts[0], parts[1], File.ReadAllBytes(path));
        });

    /// <summary>Adds a message, unless one of its name is there.</summary>
    public static async Task AddAsync(string folder, string outcome, string name, byte[] message)
    {
        Directory.CreateDirectory(folder);
        if (!Directory.EnumerateFiles(folder, $"*.{name}.bin").Any())
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{outcome}.{name}.bin"), message);
        }
    }

    /// <summary>Whether a plaintext is one of the corpus: 0, 1, 2, ….</summary>
    public static bool IsCounted(byte[] plaintext) => plaintext.Select((value, index) => value == (byte)index).All(same => same);
}
