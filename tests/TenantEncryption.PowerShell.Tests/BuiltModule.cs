using System.Reflection;
using TenantEncryption.Testing;

namespace TenantEncryption.PowerShell.Tests;

/// <summary>The module that was built with these tests.</summary>
internal static class BuiltModule
{
    public static string Folder => Repository.At("out", IsRelease ? "" : Configuration, "TenantEncryption");

    public static bool IsRelease => Configuration == "Release";

    private static string Configuration => typeof(Hosting.TenantCmdlet).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
}
