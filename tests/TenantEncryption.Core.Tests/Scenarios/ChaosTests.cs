using System.Diagnostics;
using TenantEncryption.Testing;

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

    [PostgreSqlFact]
    public async Task Workers_that_are_killed_at_random_instants_lose_nothing_on_PostgreSQL()
    {
        (int code, string output) = await RunOnPostgreSqlAsync("rounds", "20260314", "10");

        Assert.True(code == 0, output);
        Assert.Contains("nothing lost", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_that_are_killed_while_they_rotate_the_root_under_the_platforms_key_lose_nothing()
    {
        (int code, string output) = await RunAsync("platform-key", "20260314", "10");

        Assert.True(code == 0, output);
        Assert.Contains("nothing lost", output, StringComparison.Ordinal);
    }

    [PostgreSqlFact]
    public async Task Machines_that_are_killed_while_they_rotate_the_root_under_the_platforms_key_lose_nothing_on_PostgreSQL()
    {
        (int code, string output) = await RunOnPostgreSqlAsync("platform-key", "20260314", "10");

        Assert.True(code == 0, output);
        Assert.Contains("nothing lost", output, StringComparison.Ordinal);
    }

    [PostgreSqlFact]
    public async Task No_process_reads_beyond_its_lease_when_the_master_key_is_disabled_on_PostgreSQL()
    {
        (int code, string output) = await RunOnPostgreSqlAsync("kill-switch", "4", "200", "3");

        Assert.True(code == 0, output);
        Assert.Contains("0 faults", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_file_is_protected_and_unprotected_in_little_memory()
    {
        using var folders = new TestFolders();

        (int code, string output) = await RunAsync("memory", folders.Work, "128", "150");

        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task No_process_reads_beyond_its_lease_when_the_master_key_is_disabled_though_one_was_stopped_and_one_clock_set_back()
    {
        // Processes are stopped by signals.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        (int code, string output) = await RunAsync("kill-switch", "4", "200", "3");

        Assert.True(code == 0, output);
        Assert.Contains("0 faults", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_may_lock_no_memory_works_and_says_so_once()
    {
        // The limit and the right to pass it are of Linux.
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var folders = new TestFolders();

        (int code, string output) = await StartAsync(null, "sh", ["-c", "ulimit -l 0 && exec \"$@\"", "sh", .. Command("unlocked", folders.Work)]);

        Assert.True(code == 0, output);
        Assert.Contains("read: a value", output, StringComparison.Ordinal);
        string warning = Assert.Single(output.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Contains("can't be locked (mlock: ", warning, StringComparison.Ordinal);
        Assert.Contains("ulimit -l", warning, StringComparison.Ordinal);
        Assert.Contains("LimitMEMLOCK=", warning, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        string[] command = Command(arguments);
        return StartAsync(null, command[0], command[1..]);
    }

    private static Task<(int Code, string Output)> RunOnPostgreSqlAsync(params string[] arguments)
    {
        string[] command = Command(arguments);
        return StartAsync(PostgreSqlServer.Shared, command[0], command[1..]);
    }

    private static string[] Command(params string[] arguments) =>
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Chaos.dll"), .. arguments];

    private static async Task<(int Code, string Output)> StartAsync(string? server, string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TENANTENCRYPTION_TEST_STORE"] = server },
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
