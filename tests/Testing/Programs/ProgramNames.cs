namespace TenantEncryption.Testing.Programs;

/// <summary>The programs that the tests run, by the names under which they are on the PATH.</summary>
public static class ProgramNames
{
    public const string Aws = "aws";
    public const string Basenc = "basenc";
    public const string Bash = "bash";
    public const string MotoServer = "moto_server";
    public const string Node = "node";
    public const string Npm = "npm";
    public const string OpenSsl = "openssl";
    public const string Sqlite = "sqlite3";

    /// <summary>The full path of a program, or <see langword="null"/> if it is not on the PATH.</summary>
    public static string? Find(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(File.Exists);
    }
}
