using System.Diagnostics;
using System.Globalization;
using TenantEncryption.Testing;

namespace TenantEncryption.Benchmarks;

/// <summary>A PowerShell in which the module is loaded and commands are measured from within: what starting PowerShell takes is not part of them.</summary>
internal sealed class PowerShellSession : IDisposable
{
    private readonly Process _process;

    private PowerShellSession(Process process) => _process = process;

    public static bool IsBuilt => File.Exists(Module);

    private static string Module => Path.GetFullPath(Path.Combine(Repository, "out", "TenantEncryption", "TenantEncryption.psd1"));

    private static string Repository => Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..");

    /// <summary>Starts it, with root keys and settings in a folder of its own.</summary>
    public static PowerShellSession Start(string settingsFolder)
    {
        ProcessStartInfo start = PowerShellProgram.Start("-File", Path.Combine(Repository, "tests", "benchmarks", "Measure-FileCommand.ps1"), "-Module", Module);
        start.RedirectStandardError = false;
        start.Environment["XDG_CONFIG_HOME"] = settingsFolder;
        Process process = Process.Start(start)!;
        Neighbours.Own(process);
        return new PowerShellSession(process);
    }

    /// <summary>Runs one line of script.</summary>
    public async Task<Measurement> RunAsync(string line)
    {
        _process.Refresh();
        TimeSpan processor = _process.TotalProcessorTime;
        TimeSpan kernel = _process.PrivilegedProcessorTime;
        await _process.StandardInput.WriteLineAsync(line);
        string? seconds = await _process.StandardOutput.ReadLineAsync();
        _process.Refresh();
        return seconds is null
            ? throw new InvalidOperationException($"PowerShell ended at: {line}")
            : new Measurement(
                double.Parse(seconds, CultureInfo.InvariantCulture),
                (_process.TotalProcessorTime - processor).TotalSeconds,
                (_process.PrivilegedProcessorTime - kernel).TotalSeconds);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
