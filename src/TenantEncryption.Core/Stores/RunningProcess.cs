using System.Diagnostics;
using System.Globalization;

namespace TenantEncryption.Stores;

/// <summary>A process, such that no other one is ever taken for it: process ids are used again, and a container has its own.</summary>
/// <param name="Machine">The machine's name, and on Linux its namespace of process ids (pid_namespaces(7)).</param>
/// <param name="Boot">Which start of the machine it is (proc_sys_kernel(5), boot_id); empty where that has no name.</param>
/// <param name="Id">The process id.</param>
/// <param name="Started">When it began, in the system's own ticks; 0 when that is not known.</param>
internal sealed record RunningProcess(string Machine, string Boot, int Id, long Started)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";
    private const string NamespaceLink = "/proc/self/ns/pid";

    // proc_pid_stat(5): after the name in parentheses, the state is field 3 and the start field 22.
    private const int StateField = 0;
    private const int StartField = 19;

    /// <summary>This process.</summary>
    public static RunningProcess Current { get; } = new(MachineName(), BootId(), Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>Whether the process is certainly gone. One of another machine or container can't be looked for from here.</summary>
    public bool IsGone => IsBeside(Current) && !IsThere();

    /// <summary>Whether it runs, or ran, where another one does: its process id means the same there.</summary>
    public bool IsBeside(RunningProcess other) => Machine == other.Machine && Boot == other.Boot;

    private bool IsThere()
    {
        try
        {
            using var process = Process.GetProcessById(Id);
            return StartOf(Id) is not { } started || Started == 0 || started == Started;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string MachineName() => OperatingSystem.IsLinux() && Link(NamespaceLink) is { } space
        ? $"{Environment.MachineName} {space}"
        : Environment.MachineName;

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string BootId()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText(BootFile).Trim() : "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // -1 for one that ended and is only not yet waited for; null when it can't be told.
    private static long? StartOf(int processId)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(processId);
                return process.StartTime.ToUniversalTime().Ticks;
            }

            string text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is "Z" or "X" ? -1 : long.Parse(fields[StartField], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
