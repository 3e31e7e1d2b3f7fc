using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace TenantEncryption.Loader;

/// <summary>
/// The files that the module's assemblies load from: the image that was compiled for this platform (<c>images/linux-x64</c>), where the module has one, else the
/// intermediate language, which any platform compiles as it runs.
/// </summary>
internal static class AssemblyFiles
{
    /// <summary>The folder of the module.</summary>
    public static string ModuleFolder { get; } = Path.GetDirectoryName(typeof(AssemblyFiles).Assembly.Location)!;

    private static string Images { get; } = Path.Combine(ModuleFolder, "images", Platform);

    private static string Platform =>
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>Loads an assembly.</summary>
    /// <param name="context">The context that it becomes part of.</param>
    /// <param name="path">The path of its intermediate language.</param>
    /// <returns>The assembly; the one that the context has already, if it is the same.</returns>
    public static Assembly Load(AssemblyLoadContext context, string path)
    {
        string image = Path.Combine(Images, Path.GetFileName(path));
        if (File.Exists(image))
        {
            try
            {
                return context.LoadFromAssemblyPath(image);
            }
            catch (BadImageFormatException)
            {
                // A runtime that takes no such image.
            }
        }

        return context.LoadFromAssemblyPath(path);
    }
}
