using System.Runtime.InteropServices;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Where a native library may be below <c>runtimes/</c>.</summary>
internal static class NativeLibraryPath
{
    /// <summary>The paths to try, best first.</summary>
    /// <param name="folder">The folder that holds <c>runtimes/</c>.</param>
    /// <param name="runtimeIdentifier">The runtime's own identifier; a distribution's build may say <c>ubuntu.24.04-x64</c>.</param>
    /// <param name="name">The name as the caller has it, such as <c>e_sqlite3</c>.</param>
    /// <returns>Full paths, which need not exist.</returns>
    public static IEnumerable<string> Candidates(string folder, string runtimeIdentifier, string name)
    {
        string file = FileName(name);
        foreach (string runtime in Runtimes(runtimeIdentifier).Distinct(StringComparer.Ordinal))
        {
            yield return Path.Combine(folder, "runtimes", runtime, "native", file);
        }
    }

    private static IEnumerable<string> Runtimes(string runtimeIdentifier)
    {
        yield return runtimeIdentifier;
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        bool musl = runtimeIdentifier.Contains("musl", StringComparison.Ordinal) || runtimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);
        yield return OperatingSystem.IsWindows() ? $"win-{architecture}"
            : OperatingSystem.IsMacOS() ? $"osx-{architecture}"
            : musl ? $"linux-musl-{architecture}"
            : $"linux-{architecture}";
    }

    private static string FileName(string name) =>
        Path.HasExtension(name) ? name
        : OperatingSystem.IsWindows() ? $"{name}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.dylib"
        : $"lib{name}.so";
}
