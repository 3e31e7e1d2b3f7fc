using System.Diagnostics;

namespace TenantEncryption.Benchmarks;

/// <summary>What one round took.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="ProcessorSeconds">Of all cores together, in user and kernel: what the work costs, whoever else is on the machine.</param>
internal readonly record struct Measurement(double Seconds, double ProcessorSeconds)
{
    /// <summary>Measures work in this process.</summary>
    public static async Task<Measurement> OfAsync(Func<Task> work)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await work();
        return new Measurement(watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    /// <summary>Measures work in this process, on this thread.</summary>
    public static Task<Measurement> OfAsync(Action work) => OfAsync(() =>
    {
        work();
        return Task.CompletedTask;
    });
}
