namespace TenantEncryption.Interop.Tests.Programs;

/// <summary>The working copy that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the Node scripts.</summary>
    public static string Interop { get; } = Path.Combine(Root, "tests", "interop");

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
