using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Ends a migration for good on which no process works.</summary>
/// <remarks>
/// What the migration has not put in place stays as it was; a new migration does the rest. A running one is suspended first, with Ctrl+C in its
/// session.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -TenantId acme -State Failed | Stop-KeyMigration</code>
///   <para>Gives up a migration whose target does not work any more, so that the tenant can move elsewhere.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class StopKeyMigrationCommand : TenantCmdlet
{
    /// <summary>The id of the migration.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Id { get; set; } = "";

    /// <summary>Writes the migration as it is at the end.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Id;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        KeyMigration migration = await Service.Migrations.GetAsync(Id, Cancellation).ConfigureAwait(false);
        if (!await ConfirmAsync($"{Id} of tenant {migration.TenantId} ({migration.State})", "Stop the migration for good").ConfigureAwait(false))
        {
            return;
        }

        migration = await Service.Migrations.StopAsync(Id, Cancellation).ConfigureAwait(false);
        if (PassThru)
        {
            await EmitAsync(migration).ConfigureAwait(false);
        }
    }
}
