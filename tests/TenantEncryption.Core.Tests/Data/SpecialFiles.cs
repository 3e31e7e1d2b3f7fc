using System.Diagnostics;

namespace TenantEncryption.Tests.Data;

/// <summary>What .NET can't make: by the programs of every Unix.</summary>
internal static class SpecialFiles
{
    public static bool AreThere => !OperatingSystem.IsWindows();

    public static string Pipe(string path)
    {
        Run("mkfifo", path);
        return path;
    }

    /// <summary>Folders in each other until their path is longer than any path may be, with a file in the last one.</summary>
    public static void OverLongFolder(string under)
    {
        // No path leads there: one half is made elsewhere, and moved below the other.
        string lower = Chain(Path.Combine(under, "lower"), 12);
        File.WriteAllText(Path.Combine(lower, "file.tenc"), "out of reach");
        string upper = Chain(Path.Combine(under, "upper"), 12);
        Directory.Move(Path.Combine(under, "lower"), Path.Combine(upper, "lower"));
    }

    public static void Remove(string folder) => Run("rm", "-rf", folder);

    private static string Chain(string folder, int length) =>
        Directory.CreateDirectory(Path.Combine([folder, .. Enumerable.Repeat(new string('x', 200), length)])).FullName;

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
