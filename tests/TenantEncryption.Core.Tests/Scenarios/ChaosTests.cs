using System.Diagnostics;

namespace TenantEncryption.Tests.Scenarios;

/// <summary>The programs of tests/chaos, started as the processes that they are.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task Workers_that_are_killed_at_random_instants_lose_nothing()
    {
        (int code, string output) = await RunAsync("rounds", "20260314", "10");

        Assert.True(code == 0, output);
        Assert.Contains("nothing lost", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_is_protected_and_unprotected_in_little_memory()
    {
        using var folders = new TestFolders();

        (int code, string output) = await RunAsync("memory", folders.Work, "128", "150");

        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using Process process = Process.Start(new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, "Chaos.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
