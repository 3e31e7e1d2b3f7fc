using System.Diagnostics;

namespace TenantEncryption.Benchmarks;

/// <summary>What one round took.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all cores together, in user and kernel: what the work costs, whoever else is on the machine.</param>
/// <param name="KernelSeconds">The part of them that the kernel took: system calls, page faults, copies to and from its pages.</param>
internal readonly record struct Measurement(double Seconds, double ProcessorSeconds, double KernelSeconds)
{
    /// <summary>Measures work in this process.</summary>
    public static async Task<Measurement> OfAsync(Func<Task> work)
    {
        Environment.ProcessCpuUsage before = Environment.CpuUsage;
        var watch = Stopwatch.StartNew();
        await work();
        double seconds = watch.Elapsed.TotalSeconds;
        Environment.ProcessCpuUsage after = Environment.CpuUsage;
        return new Measurement(
            seconds, (after.TotalTime - before.TotalTime).TotalSeconds, (after.PrivilegedTime - before.PrivilegedTime).TotalSeconds);
    }

    /// <summary>Measures work in this process, on this thread.</summary>
    public static Task<Measurement> OfAsync(Action work) => OfAsync(() =>
    {
        work();
        return Task.CompletedTask;
    });
}
