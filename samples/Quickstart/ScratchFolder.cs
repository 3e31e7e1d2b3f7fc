using System.Security.Cryptography;

namespace TenantEncryption.Quickstart;

/// <summary>A folder for this run alone, removed at its end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tenantencryption-quickstart-").FullName;

    /// <summary>The folder for root keys, not made yet: who makes it gives it the right mode.</summary>
    public string RootKeys => Path.Combine(_root, "roots");

    /// <summary>A folder of a name below it.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    /// <summary>Files of several sizes: empty, text, and one of many frames, in two folders.</summary>
    public string MakeSampleFiles()
    {
        string folder = Folder("source");
        File.WriteAllText(Path.Combine(folder, "report.txt"), "Revenue is up.\n");
        File.WriteAllBytes(Path.Combine(folder, "empty.dat"), []);
        Directory.CreateDirectory(Path.Combine(folder, "extracts"));
        File.WriteAllBytes(Path.Combine(folder, "extracts", "sales.hyper"), RandomNumberGenerator.GetBytes(3_000_000));
        return folder;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_root, recursive: true);
}
