namespace TenantEncryption.Interop.Tests.Programs;

/// <summary>
/// AWS's JavaScript implementation, as the lock file of <c>tests/interop</c> names it. Where it is not installed, the first test that needs
/// it runs <c>npm ci</c>, once.
/// </summary>
internal static class NodePackages
{
    private static readonly string Folder = Path.Combine(Repository.Interop, "node_modules");

    private static readonly Lazy<Task> Installation = new(() => AreInstalled ? Task.CompletedTask : InstallAsync());

    /// <summary>Whether they are there, whole: npm writes its own lock file last.</summary>
    public static bool AreInstalled => File.Exists(Path.Combine(Folder, ".package-lock.json"));

    /// <summary>Installs them unless they are.</summary>
    public static Task EnsureAsync() => Installation.Value;

    // Elsewhere first, so that nobody sees half of them: other test projects and processes look at the same folder.
    private static async Task InstallAsync()
    {
        string staging = Path.Combine(Repository.Interop, "obj", Path.GetRandomFileName());
        Directory.CreateDirectory(staging);
        try
        {
            foreach (string name in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(Repository.Interop, name), Path.Combine(staging, name));
            }

            // As the user who runs the tests: their npm configuration names registry, proxy and certificates.
            ProgramResult result = await ProgramRun.RunAsync(
                ProgramNames.Npm,
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                start => start.WorkingDirectory = staging,
                limit: TimeSpan.FromMinutes(5));
            result.Expect("npm ci in tests/interop");
            Directory.Move(Path.Combine(staging, "node_modules"), Folder);
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
