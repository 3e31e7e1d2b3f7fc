using System.Diagnostics;

namespace TenantEncryption.Testing.Programs;

/// <summary>
/// A folder for one test, which is the home of the programs that it runs, and their environment: nobody's AWS configuration, no proxy, and
/// the access key <c>local</c>.
/// </summary>
public sealed class Sandbox : IDisposable
{
    private static readonly string[] ProxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("tenantencryption-interop-").FullName;

    /// <summary>What the programs find in their environment beside that.</summary>
    public Dictionary<string, string> Variables { get; } = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "local",
        ["AWS_SECRET_ACCESS_KEY"] = "local",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["AWS_MAX_ATTEMPTS"] = "1",
        ["AWS_PAGER"] = "",
        ["PYTHONUTF8"] = "1",
    };

    /// <summary>The full path of a name in the folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Makes a folder in the folder.</summary>
    public string MakeFolder(string name) => Directory.CreateDirectory(PathOf(name)).FullName;

    /// <summary>Runs a program in the folder, to its end.</summary>
    public Task<ProgramResult> RunAsync(string program, IReadOnlyList<string> arguments, string? input = null, string? workingFolder = null) =>
        ProgramRun.RunAsync(program, arguments, start => Prepare(start, workingFolder), input);

    /// <summary>Starts a program in the folder; the caller ends it.</summary>
    public Process Start(string program, params string[] arguments) => ProgramRun.Start(program, arguments, start => Prepare(start, null));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Gives a program the folder and the environment.</summary>
    public void Prepare(ProcessStartInfo start, string? workingFolder = null)
    {
        start.WorkingDirectory = workingFolder ?? Folder;
        foreach (string name in start.Environment.Keys.Where(IsForeign).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = Folder;
        start.Environment["USERPROFILE"] = Folder;
        foreach ((string name, string value) in Variables)
        {
            start.Environment[name] = value;
        }
    }

    private static bool IsForeign(string variable) =>
        variable.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase) || ProxyVariables.Contains(variable, StringComparer.OrdinalIgnoreCase);
}
