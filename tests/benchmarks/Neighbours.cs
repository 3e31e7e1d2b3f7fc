using System.Diagnostics;
using System.Globalization;

namespace TenantEncryption.Benchmarks;

/// <summary>What other processes take of the machine's processors meanwhile (Linux, proc(5)'s stat): a round that they disturbed says nothing.</summary>
internal sealed class Neighbours
{
    /// <summary>The part of the processors up to which a round counts as undisturbed.</summary>
    public const double Tolerated = 0.05;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly List<Process> OwnProcesses = [];

    private readonly (double Machine, double Own, DateTime Time) _begin = Now();

    public static bool CanBeSeen => File.Exists("/proc/stat");

    /// <summary>The part of the processors, 0 to 1, that others had since this object was made.</summary>
    public double Part
    {
        get
        {
            (double machine, double own, DateTime time) = Now();
            return (machine - _begin.Machine - (own - _begin.Own)) / ((time - _begin.Time).TotalSeconds * Environment.ProcessorCount);
        }
    }

    /// <summary>Counts a process that goes on running among one's own.</summary>
    public static void Own(Process process) => OwnProcesses.Add(process);

    /// <summary>Waits until the others rest.</summary>
    /// <param name="longest">When to go on all the same.</param>
    public static async Task RestAsync(TimeSpan longest)
    {
        DateTime end = DateTime.UtcNow + longest;
        double part;
        do
        {
            var look = new Neighbours();
            await Task.Delay(Look);
            part = look.Part;
        }
        while (part > Tolerated && DateTime.UtcNow < end);
    }

    private static (double Machine, double Own, DateTime Time) Now()
    {
        // user, nice, system; irq, softirq and steal after idle and iowait.
        long[] all = [.. File.ReadLines("/proc/stat").First()[5..].Split(' ').Select(field => long.Parse(field, CultureInfo.InvariantCulture))];
        double own = Environment.CpuUsage.TotalTime.TotalSeconds + Tool.ChildSeconds().Processor;
        foreach (Process process in OwnProcesses)
        {
            process.Refresh();
            own += process.TotalProcessorTime.TotalSeconds;
        }

        return ((all[0] + all[1] + all[2] + all[5] + all[6] + all[7]) / 100.0, own, DateTime.UtcNow);
    }
}
