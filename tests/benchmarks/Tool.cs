using System.Diagnostics;
using System.Globalization;

namespace TenantEncryption.Benchmarks;

/// <summary>A program on the machine that does comparable work.</summary>
internal static class Tool
{
    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs it and measures it from start to exit.</summary>
    public static async Task<Measurement> RunAsync(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        (double Processor, double Kernel) before = ChildSeconds();
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        double seconds = watch.Elapsed.TotalSeconds;
        (double Processor, double Kernel) after = ChildSeconds();
        var measurement = new Measurement(seconds, after.Processor - before.Processor, after.Kernel - before.Kernel);
        return process.ExitCode == 0 ? measurement : throw new InvalidOperationException($"{program}: {await error}");
    }

    // What processes that this one started and waited for have taken, in ticks of 10 ms: fields 16 and 17 of proc(5)'s stat.
    internal static (double Processor, double Kernel) ChildSeconds()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (double.NaN, double.NaN);
        }

        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double user = long.Parse(fields[13], CultureInfo.InvariantCulture) / 100.0;
        double kernel = long.Parse(fields[14], CultureInfo.InvariantCulture) / 100.0;
        return (user + kernel, kernel);
    }
}
