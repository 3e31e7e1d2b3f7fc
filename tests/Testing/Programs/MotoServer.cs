using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TenantEncryption.Testing.Programs;

/// <summary>A <c>moto_server</c> on a port that the system chose.</summary>
public sealed partial class MotoServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task _rest;

    private MotoServer(Process process, string url)
    {
        (_process, Url) = (process, url);
        // Its log of requests is read, so that it never waits for a reader.
        _rest = Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>The address that it listens on.</summary>
    public string Url { get; }

    public static async Task<MotoServer> StartAsync(Sandbox sandbox)
    {
        Process process = sandbox.Start(ProgramNames.MotoServer, "-H", "127.0.0.1", "-p", "0");
        using var end = new CancellationTokenSource(StartLimit);
        var said = new List<string>();
        try
        {
            while (await process.StandardError.ReadLineAsync(end.Token) is { } line)
            {
                said.Add(line);
                if (Address().Match(line) is { Success: true } address)
                {
                    return new MotoServer(process, address.Value);
                }
            }
        }
        catch (OperationCanceledException)
        {
            said.Add($"(and no address within {StartLimit})");
        }

        process.Kill(entireProcessTree: true);
        process.Dispose();
        throw new InvalidOperationException($"moto_server did not start: {string.Join('\n', said)}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
