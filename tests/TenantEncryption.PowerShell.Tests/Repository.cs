using System.Reflection;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>Finds files of the repository and the module that was built with these tests.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Module
    {
        get
        {
            string configuration = typeof(Hosting.TenantCmdlet).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
            return Path.Combine(Root, "out", configuration == "Release" ? "" : configuration, "TenantEncryption");
        }
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "TenantEncryption.PS.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder.TrimEnd('/', '\\'))!);
}
