using System.Diagnostics;
using TenantEncryption.Testing;

namespace TenantEncryption.Acceptance.Tests;

/// <summary>What a script wrote, in a PowerShell of its own, and how it ended.</summary>
internal sealed record ScriptRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Runs a script file to its end, within a quarter of an hour.</summary>
    /// <exception cref="TimeoutException">It had to be ended, with all that it started.</exception>
    public static Task<ScriptRun> OfAsync(string script, params string[] arguments) => OfAsync(new Dictionary<string, string?>(), script, arguments);

    /// <inheritdoc cref="OfAsync(string, string[])"/>
    public static Task<ScriptRun> OfAsync(IReadOnlyDictionary<string, string?> environment, string script, params string[] arguments)
    {
        ProcessStartInfo start = PowerShellProgram.Start(["-File", script, .. arguments]);
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return OfAsync(start);
    }

    /// <inheritdoc cref="OfAsync(string, string[])"/>
    public static async Task<ScriptRun> OfAsync(ProcessStartInfo start)
    {
        // It and what it starts live too short for a profile of their own code to pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var end = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"It ran longer than {Limit}.{Environment.NewLine}{await output}{await error}");
        }

        return new ScriptRun(process.ExitCode, await output, await error);
    }
}
