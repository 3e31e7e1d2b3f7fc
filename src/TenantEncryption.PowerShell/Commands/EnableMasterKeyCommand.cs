using System.Management.Automation;
using TenantEncryption.MasterKeys;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Enables a master key in AWS KMS that was disabled.</summary>
/// <remarks>KMS knows it everywhere after seconds, at times minutes. A key whose deletion is scheduled is restored first (Restore-MasterKey).</remarks>
/// <example>
///   <code>Enable-MasterKey alias/acme -Region eu-west-1 -AllRegions</code>
///   <para>Enables a multi-Region key and its replicas.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Enable, "MasterKey", SupportsShouldProcess = true)]
[OutputType(typeof(MasterKey))]
public sealed class EnableMasterKeyCommand : MasterKeySwitchCmdlet
{
    /// <inheritdoc/>
    protected override string Action => "Enable the master key";

    /// <inheritdoc/>
    protected override Task<MasterKey> SwitchAsync(MasterKey key) => Service.MasterKeys.EnableAsync(key, AllRegions, Cancellation);
}
