using System.Management.Automation;
using TenantEncryption.Keys.Root;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Rotates the root key of the internal KMS.</summary>
/// <remarks>
/// A new root key opens and signs from now on, tenant by tenant; every tenant reads and writes meanwhile. At the end the one before is kept nowhere: who learned
/// it opens and signs nothing with it any more. Data, keys and leases stay as they are, and no customer's KMS is asked. Stopped or killed at any moment, the command
/// goes on where it was when it is run again. With -RootKeyArn the new root key is kept in the store, sealed under a key of the platform's own in AWS KMS, wherever the one before was kept: machines that share the store connect with that
/// ARN from then on, and a file that this machine had of the root key is deleted. Back the new root key up afterwards (Export-RootKey): without it nothing under the internal KMS opens.
/// </remarks>
/// <example>
///   <code>Update-RootKey</code>
///   <para>Rotates the root key.</para>
/// </example>
/// <example>
///   <code>Update-RootKey -WhatIf</code>
///   <para>Tells whose root key would be rotated.</para>
/// </example>
/// <example>
///   <code>Update-RootKey -RootKeyArn $rootKeyArn</code>
///   <para>Rotates the root key, and keeps the new one under the platform's key in AWS KMS, whose ARN is in $rootKeyArn.</para>
/// </example>
[Cmdlet(VerbsData.Update, "RootKey", SupportsShouldProcess = true)]
[OutputType(typeof(StoreInfo))]
public sealed class UpdateRootKeyCommand : TenantCmdlet
{
    /// <summary>The ARN of the platform's key in AWS KMS under which the root key is kept from now on.</summary>
    [Parameter(HelpMessage = "The ARN of the platform's key in AWS KMS under which the root key is kept from now on.")]
    [ValidateNotNullOrEmpty]
    public string? RootKeyArn { get; set; }

    /// <summary>Writes the store, with the id of its new root key.</summary>
    [Parameter(HelpMessage = "Writes the store, with the id of its new root key.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        KmsRootKeyVault? vault = RootKeyArn is null ? null : new KmsRootKeyVault(RootKeyArn);
        StoreInfo store = await Service.DescribeAsync(Cancellation).ConfigureAwait(false);
        if (!await ConfirmAsync(store.Path, $"Rotate the root key of the internal KMS{(vault is null ? null : $", and keep it under {vault.KeyArn}")}").ConfigureAwait(false))
        {
            return;
        }

        using var progress = new RootKeyProgress(this, store.Tenants);
        await (vault is null ? Service.RootKey.RotateAsync(progress, Cancellation) : Service.RootKey.MoveAsync(vault, progress, Cancellation)).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(await Service.DescribeAsync(Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
