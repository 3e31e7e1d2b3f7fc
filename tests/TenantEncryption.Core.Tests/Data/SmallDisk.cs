using System.Diagnostics;

namespace TenantEncryption.Tests.Data;

/// <summary>A file system of a few megabytes, so that a disk can be full. Only root can mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public static bool CanMount => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public string Folder { get; }

    public static SmallDisk Mount(int megabytes)
    {
        string folder = Directory.CreateTempSubdirectory("tenc-disk-").FullName;
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder));
        return new SmallDisk(folder);
    }

    public void Dispose()
    {
        Assert.Equal(0, Run("umount", Folder));
        Directory.Delete(Folder);
    }

    internal static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
