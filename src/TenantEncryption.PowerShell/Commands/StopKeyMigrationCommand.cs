using System.Management.Automation;
using TenantEncryption.Migration;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Ends a migration for good.</summary>
/// <remarks>
/// What the migration has not put in place stays as it was; a new migration does the rest. A process that works on it, in whichever session, ends within a
/// second. A completed one is refused before any question.
/// </remarks>
/// <example>
///   <code>Get-KeyMigration -TenantId acme -State Failed | Stop-KeyMigration</code>
///   <para>Gives up a migration whose target does not work any more, so that the tenant can move elsewhere.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "KeyMigration", SupportsShouldProcess = true)]
[OutputType(typeof(KeyMigration))]
public sealed class StopKeyMigrationCommand : MigrationCmdlet
{
    /// <inheritdoc/>
    protected override string Action => "Stop the migration for good";

    /// <inheritdoc/>
    protected override Task<KeyMigration> CheckAsync() => Service.Migrations.CheckStoppingAsync(Id, Cancellation);

    /// <inheritdoc/>
    protected override async Task<KeyMigration?> ChangeAsync() => await Service.Migrations.StopAsync(Id, Cancellation).ConfigureAwait(false);
}
