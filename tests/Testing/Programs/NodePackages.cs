namespace TenantEncryption.Testing.Programs;

/// <summary>
/// AWS's JavaScript implementation, as the lock file of <c>tests/interop</c> names it. Where it is not installed, the first test that needs
/// it runs <c>npm ci</c>, once.
/// </summary>
public static class NodePackages
{
    private static readonly string Installed = Repository.At("tests", "interop", "node_modules");

    private static readonly Lazy<Task> Installation = new(() => AreInstalled ? Task.CompletedTask : InstallAsync());

    /// <summary>The folder of the scripts that use them, and of the lock file.</summary>
    public static string Folder { get; } = Repository.At("tests", "interop");

    /// <summary>Whether they are there, whole: npm writes its own lock file last.</summary>
    public static bool AreInstalled => File.Exists(Path.Combine(Installed, ".package-lock.json"));

    /// <summary>Installs them unless they are.</summary>
    public static Task EnsureAsync() => Installation.Value;

    // Elsewhere first, so that nobody sees half of them: other test projects and processes look at the same folder.
    private static async Task InstallAsync()
    {
        string staging = Path.Combine(Folder, "obj", Path.GetRandomFileName());
        Directory.CreateDirectory(staging);
        try
        {
            foreach (string name in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(Folder, name), Path.Combine(staging, name));
            }

            // As the user who runs the tests: their npm configuration names registry, proxy and certificates.
            ProgramResult result = await ProgramRun.RunAsync(
                ProgramNames.Npm,
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                start => start.WorkingDirectory = staging,
                limit: TimeSpan.FromMinutes(5));
            result.Expect("npm ci in tests/interop");
            Directory.Move(Path.Combine(staging, "node_modules"), Installed);
        }
        catch (IOException) when (AreInstalled)
        {
            // Another process was faster.
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }
}
