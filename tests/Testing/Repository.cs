namespace TenantEncryption.Testing;

/// <summary>The working copy that the tests were built in.</summary>
public static class Repository
{
    /// <summary>Its root: the folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or folder in it.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TenantEncryption.PS.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"No TenantEncryption.PS.sln above {AppContext.BaseDirectory}.");
    }
}
