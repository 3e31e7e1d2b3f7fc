using System.Diagnostics;

namespace TenantEncryption.LocalKms.Tests.Cli;

/// <summary>What the program takes, and where it listens.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--urls", "http://127.0.0.1:1")]
    [InlineData("--urls=http://127.0.0.1:1")]
    [InlineData("--URLS", "http://127.0.0.1:1")]
    public void Options_are_given_in_either_way(params string[] args) => Assert.Equal("http://127.0.0.1:1", CommandLine.Parse(args).Url);

    [Theory]
    [InlineData("--fautl", "x")]
    [InlineData("--nonsense")]
    [InlineData("nonsense")]
    [InlineData("--urls")]
    [InlineData("--data", "folder", "--log")]
    public void What_is_not_known_or_has_no_value_is_refused(params string[] args) =>
        Assert.Contains(args.Last(arg => arg is not "x" and not "folder"), Assert.Throws<ArgumentException>(() => CommandLine.Parse(args)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--fautl", "--fault")]
    [InlineData("--url", "--urls")]
    [InlineData("--hlp", "--help")]
    [InlineData("--Identity=x", "--identities")]
    [InlineData("-data", "--data")]
    [InlineData("--allowremote", "--allow-remote")]
    public void The_option_that_was_meant_is_named(string typed, string meant) =>
        Assert.Contains($"Did you mean {meant}?", Assert.Throws<ArgumentException>(() => CommandLine.Parse([typed, "x"])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0; http://0.0.0.0:0")]
    [InlineData("http://localhost:0;http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://localhost.example:0")]
    [InlineData("http://127.0.0.1.example:0")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:0;")]
    [InlineData("nonsense")]
    public async Task An_address_that_others_reach_is_refused_wherever_it_stands(string urls) =>
        await Assert.ThrowsAsync<ArgumentException>(() => LocalKmsServer.StartAsync(new LocalKmsOptions { Url = urls }));

    [Fact]
    public async Task Several_addresses_of_this_machine_are_taken()
    {
        await using LocalKmsServer server = await LocalKmsServer.StartAsync(new LocalKmsOptions { Url = "http://127.0.0.1:0;http://[::1]:0" });

        Assert.StartsWith("http://127.0.0.1:", server.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", 0)]
    [InlineData("-h", 0)]
    [InlineData("--nonsense", 2)]
    public async Task The_program_starts_no_server_for_help_or_for_what_it_does_not_know(string argument, int exitCode)
    {
        using Process program = Start([argument]);
        string said = await program.StandardOutput.ReadToEndAsync() + await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();

        Assert.Equal(exitCode, program.ExitCode);
        Assert.Contains("Usage:", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Listening", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_in_the_environment_of_web_servers_are_not_listened_on()
    {
        using Process program = Start([], ("ASPNETCORE_URLS", "http://0.0.0.0:0"), ("DOTNET_URLS", "http://0.0.0.0:0"), ("Kestrel__Endpoints__All__Url", "http://0.0.0.0:0"));
        try
        {
            await program.StandardOutput.ReadLineAsync();
            Assert.StartsWith("Listening on http://127.0.0.1:", await program.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        }
        finally
        {
            program.Kill();
        }
    }

    private static Process Start(string[] args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", ["exec", typeof(CommandLine).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
