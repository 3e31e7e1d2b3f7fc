using System.Management.Automation;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;
using TenantEncryption.Tenants;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Removes a tenant, with its key providers, keys, migrations and catalog.</summary>
/// <remarks>
/// Refused while the tenant has messages in the catalog, or its keys wrapped values outside of it, unless -Force is given: then what they protect is lost for
/// good. Refused in any case while it has children, while a migration is unfinished and while writers are at work. What is refused is refused before the
/// question. The grants by which its providers use their keys are revoked; customer master keys and files are not touched. Every process forgets the tenant's
/// keys within a second. The tenant's events stay and verify, and a tenant that is made with the same id goes on with them.
/// </remarks>
/// <example>
///   <code>Remove-EncryptionTenant globex</code>
///   <para>Removes a tenant that has no data, after asking.</para>
/// </example>
/// <example>
///   <code>Get-TenantMessage -TenantId acme; Remove-EncryptionTenant acme -Force -WhatIf</code>
///   <para>Lists the files that would be lost, and tells what would go with the tenant.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "EncryptionTenant", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveEncryptionTenantCommand : TenantCmdlet
{
    /// <summary>The tenant.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string TenantId { get; set; } = "";

    /// <summary>Removes it although messages and values depend on its keys; they are lost. Asks no question unless -Confirm is given.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => TenantId;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        TenantContents contents = await Service.Tenants.CheckRemovalAsync(TenantId, Force, Cancellation).ConfigureAwait(false);
        if (await ConfirmAsync(contents.ToString(), "Remove the tenant", Force).ConfigureAwait(false))
        {
            await Service.Tenants.RemoveAsync(TenantId, Force, Cancellation).ConfigureAwait(false);
        }
    }
}
