using System.Management.Automation;
using System.Runtime.Loader;

namespace TenantEncryption.Loader;

/// <summary>
/// Loads what the cmdlets stand on before PowerShell loads the cmdlets: it would find it beside them, in the intermediate language. So this is an assembly of its
/// own, a nested module without commands.
/// </summary>
public sealed class SharedAssemblies : IModuleAssemblyInitializer
{
    private static readonly string[] Names = ["Abstractions", "Envelope", "KeyPolicies", "Core"];

    /// <inheritdoc/>
    public void OnImport()
    {
        foreach (string name in Names)
        {
            try
            {
                AssemblyFiles.Load(AssemblyLoadContext.Default, Path.Combine(AssemblyFiles.ModuleFolder, $"TenantEncryption.{name}.dll"));
            }
            catch (FileLoadException)
            {
                // Another version of the module was imported in this process: what follows from that, the import of the cmdlets tells.
                return;
            }
        }
    }
}
