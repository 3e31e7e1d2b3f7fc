namespace TenantEncryption.Tests.Data;

/// <summary>A file that nobody can write, root neither: it is mounted on itself, read-only. Only root can mount one.</summary>
internal sealed class ReadOnlyFile : IDisposable
{
    private readonly string _path;

    private ReadOnlyFile(string path) => _path = path;

    public static ReadOnlyFile Mount(string path)
    {
        Assert.Equal(0, SmallDisk.Run("mount", "--bind", path, path));
        Assert.Equal(0, SmallDisk.Run("mount", "-o", "remount,ro,bind", path));
        return new ReadOnlyFile(path);
    }

    public void Dispose() => Assert.Equal(0, SmallDisk.Run("umount", _path));
}
