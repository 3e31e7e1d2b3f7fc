using System.Diagnostics;

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
        var watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var measurement = new Measurement(watch.Elapsed.TotalSeconds, double.NaN, double.NaN);
        return process.ExitCode == 0 ? measurement : throw new InvalidOperationException($"{program}: {await error}");
    }
}
