using System.Management.Automation;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Rotates the root key of the internal KMS.</summary>
/// <remarks>
/// A new root key opens and signs from now on, tenant by tenant; every tenant reads and writes meanwhile. At the end the one before is kept nowhere: who learned
/// it opens and signs nothing with it any more. Data, keys and leases stay as they are, and no other KMS is asked. Stopped or killed at any moment, the command
/// goes on where it was when it is run again. Back the new root key up afterwards (Export-RootKey): without it nothing under the internal KMS opens.
/// </remarks>
/// <example>
///   <code>Update-RootKey</code>
///   <para>Rotates the root key.</para>
/// </example>
/// <example>
///   <code>Update-RootKey -WhatIf</code>
///   <para>Tells whose root key would be rotated.</para>
/// </example>
[Cmdlet(VerbsData.Update, "RootKey", SupportsShouldProcess = true)]
[OutputType(typeof(StoreInfo))]
public sealed class UpdateRootKeyCommand : TenantCmdlet
{
    /// <summary>Writes the store, with the id of its new root key.</summary>
    [Parameter(HelpMessage = "Writes the store, with the id of its new root key.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        StoreInfo store = await Service.DescribeAsync(Cancellation).ConfigureAwait(false);
        if (!await ConfirmAsync(store.Path, "Rotate the root key of the internal KMS").ConfigureAwait(false))
        {
            return;
        }

        using var progress = new RootKeyProgress(this, store.Tenants);
        await Service.RootKey.RotateAsync(progress, Cancellation).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(await Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
