using System.Diagnostics;
using System.Text.RegularExpressions;
using TenantEncryption.Hosting.Tests.Scenarios;
using TenantEncryption.Testing;

namespace TenantEncryption.Hosting.Tests.Samples;

/// <summary>A sample as a process of its own, which listens on loopback.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SampleProcess(Process process, Uri address) => (_process, Http) = (process, new HttpClient { BaseAddress = address });

    /// <summary>Calls it.</summary>
    public HttpClient Http { get; }

    /// <summary>Starts it on a scene's store and KMS.</summary>
    /// <param name="host">The scene.</param>
    /// <param name="sample">Its name.</param>
    /// <param name="arguments">More arguments.</param>
    public static async Task<SampleProcess> StartAsync(HostScene host, string sample, params string[] arguments)
    {
        string program = Repository.At("samples", sample, "bin", Configuration, "net10.0", sample + ".dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", program, "--Port=0", .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = "local",
                ["AWS_SECRET_ACCESS_KEY"] = "local",
                ["TenantEncryption__StorePath"] = host.StorePath,
                ["TenantEncryption__RootKeyFolder"] = Path.Combine(host.Folder, "roots"),
                ["TenantEncryption__KeyLease"] = "00:00:00",
            },
        };
        Process process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new SampleProcess(process, new Uri(match.Value));
            }
        }

        throw new InvalidOperationException($"The sample ended with {process.ExitCode} before it listened.");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
