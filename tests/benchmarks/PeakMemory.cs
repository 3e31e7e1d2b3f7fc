using System.Globalization;

namespace TenantEncryption.Benchmarks;

/// <summary>The most memory that the process had resident while it worked (Linux, /proc).</summary>
internal static class PeakMemory
{
    public static bool IsSupported => File.Exists("/proc/self/clear_refs");

    /// <summary>How many MiB the peak rose above what was resident before.</summary>
    public static async Task<double> MebiBytesAsync(Func<Task> work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        double idle = Read("VmRSS:");
        await work();
        return Read("VmHWM:") - idle;
    }

    private static double Read(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }
}
