using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TenantEncryption.Loader;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// The load context of the adapters and their packages, so that AWSSDK and SQLite run beside other versions of themselves in the same
/// PowerShell. What stands beside the cmdlets comes from the default context, where they have it; all else comes from <c>lib/</c> or is the runtime's own.
/// </summary>
internal sealed class AdapterContext : AssemblyLoadContext
{
    /// <summary>Makes the context.</summary>
    /// <param name="folder">The full path of <c>lib/</c>.</param>
    public AdapterContext(string folder)
        : base("TenantEncryption") => Folder = folder;

    /// <summary>The full path of <c>lib/</c>.</summary>
    public string Folder { get; }

    /// <summary>Loads one of the adapters.</summary>
    /// <param name="name">Its simple name, such as <c>TenantEncryption.Sqlite</c>.</param>
    /// <returns>The assembly.</returns>
    public Assembly LoadAdapter(string name) => LoadFromAssemblyName(new AssemblyName(name));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string file = assemblyName.Name + ".dll";
        string shared = Path.Combine(AssemblyFiles.ModuleFolder, file);
        if (File.Exists(shared))
        {
            return AssemblyFiles.Load(Default, shared);
        }

        string own = Path.Combine(Folder, file);
        return File.Exists(own) ? AssemblyFiles.Load(this, own) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (string path in NativeLibraryPath.Candidates(Folder, RuntimeInformation.RuntimeIdentifier, unmanagedDllName))
        {
            if (File.Exists(path))
            {
                return LoadUnmanagedDllFromPath(path);
            }
        }

        return 0;
    }
}
