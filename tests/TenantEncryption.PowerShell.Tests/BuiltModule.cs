using System.Reflection;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>The module that was built with these tests.</summary>
internal static class BuiltModule
{
    public static string Folder
    {
        get
        {
            string configuration = typeof(Hosting.TenantCmdlet).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
            return Repository.At("out", configuration == "Release" ? "" : configuration, "TenantEncryption");
        }
    }
}
