using System.Security.Cryptography;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>The folders of one test, removed at its end.</summary>
internal sealed class TestFolders : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly string _root;

    public TestFolders()
        : this(Directory.CreateTempSubdirectory("tenc-test-").FullName)
    {
    }

    private TestFolders(string root) => _root = root;

    /// <summary>Folders on a disk in memory, where there is one: for tests of so many files that a real disk's flushes would take minutes.</summary>
    public static TestFolders InMemory() => Directory.Exists(Memory)
        ? new TestFolders(Directory.CreateDirectory(Path.Combine(Memory, "tenc-test-" + Guid.NewGuid().ToString("N"))).FullName)
        : new TestFolders();

    public string Store => Path.Combine(_root, "store");

    public string RootKeys => Path.Combine(_root, "roots");

    public string Work => Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;

    /// <summary>Folders below one that there is.</summary>
    public static TestFolders In(string folder) => new(Directory.CreateDirectory(Path.Combine(folder, "all")).FullName);

    /// <summary>A path in the work folder.</summary>
    public string At(params string[] names) => Path.Combine([Work, .. names]);

    /// <summary>A file of random bytes in the work folder.</summary>
    public string Random(string name, int length = 1000) => Write(name, RandomNumberGenerator.GetBytes(length));

    /// <summary>A file in the work folder.</summary>
    public string Write(string name, byte[] content)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Every file and folder of the work folder, with the hashes of the files: two that are equal mean that nothing was changed.</summary>
    public IReadOnlyDictionary<string, string> Snapshot() =>
        new DirectoryInfo(Work).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).ToDictionary(
            one => Path.GetRelativePath(Work, one.FullName),
            one => one is FileInfo { LinkTarget: null } ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(one.FullName))) : "-");

    public void Dispose()
    {
        foreach (string folder in Directory.EnumerateDirectories(_root, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        Directory.Delete(_root, recursive: true);
    }
}
