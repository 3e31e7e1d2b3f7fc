using System.Diagnostics;
using System.Text.Json;

namespace TenantEncryption.LocalKms.Tests.Cli;

/// <summary>The AWS CLI as the root of the local account.</summary>
internal sealed class AwsCli(string url)
{
    /// <summary>The program on PATH, or <see langword="null"/>.</summary>
    public static string? Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["aws.exe", "aws.cmd"] : ["aws"];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a command and returns its JSON; an empty object where it printed nothing.</summary>
    public async Task<JsonElement> RunAsync(string region, params string[] arguments)
    {
        (int exitCode, string json, string error) = await StartAsync(region, arguments);
        Assert.True(exitCode == 0, $"aws {string.Join(' ', arguments)}: {error}");
        using JsonDocument document = JsonDocument.Parse(json.Length == 0 ? "{}" : json);
        return document.RootElement.Clone();
    }

    /// <summary>Runs a command that fails and returns what it said.</summary>
    public async Task<string> RefusedAsync(string region, params string[] arguments)
    {
        (int exitCode, string json, string error) = await StartAsync(region, arguments);
        Assert.True(exitCode != 0, $"aws {string.Join(' ', arguments)}: {json}");
        return error;
    }

    private async Task<(int ExitCode, string Output, string Error)> StartAsync(string region, string[] arguments)
    {
        var start = new ProcessStartInfo(Find()!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[.. arguments, "--endpoint-url", url, "--region", region, "--output", "json"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["AWS_ACCESS_KEY_ID"] = "local";
        start.Environment["AWS_SECRET_ACCESS_KEY"] = "local";
        start.Environment["AWS_PAGER"] = "";
        start.Environment.Remove("AWS_SESSION_TOKEN");
        start.Environment.Remove("AWS_PROFILE");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, error);
    }
}
