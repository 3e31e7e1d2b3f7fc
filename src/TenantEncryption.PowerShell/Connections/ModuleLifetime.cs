using System.Management.Automation;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>What happens when the module comes and goes.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(1);

    static ModuleLifetime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.Run(OpenStores.DisconnectAllAsync).Wait(ExitPatience);

    /// <summary>Loads Core and what it stands on, so that their types can be named (<c>[TenantEncryption.…]</c>) as soon as the module is there.</summary>
    public void OnImport()
    {
        foreach (Type one in (Type[])[typeof(TenantEncryptionException), typeof(Envelope.MessageLimits), typeof(Platforms.PlatformProfile), typeof(Stores.IStore)])
        {
            _ = one.Assembly.GetName();
        }
    }

    /// <summary>Zeroes plaintext keys at once; the stores close when the last cmdlet is out.</summary>
    /// <param name="psModuleInfo">This module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => Task.Run(OpenStores.DisconnectAllAsync).GetAwaiter().GetResult();
}
