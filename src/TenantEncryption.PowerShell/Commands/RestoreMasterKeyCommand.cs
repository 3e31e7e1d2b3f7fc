using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Cancels the deletion of a master key in AWS KMS.</summary>
/// <remarks>KMS leaves the key Disabled, which a warning says; -Enable makes it usable at once.</remarks>
/// <example>
///   <code>Restore-MasterKey $arn -Enable</code>
///   <para>Keeps a key, and enables it.</para>
/// </example>
[Cmdlet(VerbsData.Restore, "MasterKey", SupportsShouldProcess = true)]
[OutputType(typeof(MasterKey))]
public sealed class RestoreMasterKeyCommand : MasterKeySwitchCmdlet
{
    /// <summary>Enables the key, too.</summary>
    [Parameter(HelpMessage = "Enables the key, too.")]
    public SwitchParameter Enable { get; set; }

    /// <inheritdoc/>
    protected override string Action => Enable ? "Cancel the deletion of the master key and enable it" : "Cancel the deletion of the master key";

    /// <inheritdoc/>
    protected override Task<MasterKey> SwitchAsync(MasterKey key) => Service.MasterKeys.RestoreAsync(key, AllRegions, Enable, Cancellation);
}
