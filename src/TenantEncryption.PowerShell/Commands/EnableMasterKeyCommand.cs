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
public sealed class EnableMasterKeyCommand : MasterKeyCmdlet
{
    /// <summary>Does so in all regions of a multi-Region key.</summary>
    [Parameter]
    public SwitchParameter AllRegions { get; set; }

    /// <summary>Writes the key as it is now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        MasterKey key = await ReadAsync().ConfigureAwait(false);
        if (await ConfirmAsync(Describe(key), "Enable the master key").ConfigureAwait(false))
        {
            key = await Service.MasterKeys.EnableAsync(key, AllRegions, Cancellation).ConfigureAwait(false);
            if (PassThru)
            {
                await EmitAsync(key).ConfigureAwait(false);
            }
        }
    }
}
