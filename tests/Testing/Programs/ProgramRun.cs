using System.Diagnostics;
using System.Text;

namespace TenantEncryption.Testing.Programs;

/// <summary>Runs a program to its end, within a time.</summary>
public static class ProgramRun
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(5);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="program">One of <see cref="ProgramNames"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="prepare">Sets the folder and the environment.</param>
    /// <param name="input">What it reads on standard input, if anything.</param>
    /// <param name="limit">When it is ended, with all that it started.</param>
    /// <exception cref="TimeoutException">It had to be ended.</exception>
    public static Task<ProgramResult> RunAsync(
        string program, IReadOnlyList<string> arguments, Action<ProcessStartInfo> prepare, string? input = null, TimeSpan? limit = null) =>
        RunAsync(StartOf(program, arguments, prepare), input, limit);

    /// <summary>Runs a program to its end, within a time.</summary>
    /// <param name="start">The program, its arguments and environment; its input and output are redirected.</param>
    /// <param name="input">What it reads on standard input, if anything.</param>
    /// <param name="limit">When it is ended, with all that it started.</param>
    /// <exception cref="TimeoutException">It had to be ended.</exception>
    public static async Task<ProgramResult> RunAsync(ProcessStartInfo start, string? input = null, TimeSpan? limit = null)
    {
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var end = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            await WriteAsync(process, input, end.Token);
            await process.WaitForExitAsync(end.Token);
            return new ProgramResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} took too long.\n{await error}");
        }
    }

    /// <summary>Starts a program; the caller ends it.</summary>
    public static Process Start(string program, IReadOnlyList<string> arguments, Action<ProcessStartInfo> prepare) =>
        Process.Start(StartOf(program, arguments, prepare))!;

    private static ProcessStartInfo StartOf(string program, IReadOnlyList<string> arguments, Action<ProcessStartInfo> prepare)
    {
        var start = new ProcessStartInfo(ProgramNames.Find(program)!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = Utf8,
            StandardOutputEncoding = Utf8,
            StandardErrorEncoding = Utf8,
        };
        prepare(start);
        return start;
    }

    private static async Task WriteAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code tells why.
        }
    }
}
